// SPDX-License-Identifier: Apache-2.0
// Trap: a named pipe that knows whether anybody opened it for reading, be it for a moment. Stands
// for devices, with which opening alone does something.
#pragma once

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/stat.h>

#include <string>

#include "base/fd.hpp"

namespace sensor::runtimes::test {

class Trap {
public:
    explicit Trap(const std::string& path) : poll_(::epoll_create1(EPOLL_CLOEXEC)) {
        ::mkfifo(path.c_str(), 0644);
        const Fd both(::open(path.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC));
        writer_ = Fd(::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC));
        epoll_event wanted{};
        wanted.events = EPOLLOUT | EPOLLET;
        ::epoll_ctl(poll_.get(), EPOLL_CTL_ADD, writer_.get(), &wanted);
    }
    /// Since the last time this was asked. A writer is woken by each reader that goes.
    bool was_opened() {
        epoll_event one{};
        return ::epoll_wait(poll_.get(), &one, 1, 0) == 1;
    }

private:
    Fd poll_, writer_;
};

}  // namespace sensor::runtimes::test
