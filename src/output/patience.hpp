// SPDX-License-Identifier: Apache-2.0
// Patience: how long a channel's call may take, and a descriptor that becomes readable when it must
// end at once. Made by the runner for each call; channels poll that descriptor beside their own.
#pragma once

#include <poll.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>

namespace sensor::output {

class Patience {
public:
    using Clock = std::chrono::steady_clock;
    using Ms = std::chrono::milliseconds;

    /// went_on: time of the last progress in ns of Clock, which the watchdog looks at; may be null
    Patience(Clock::time_point end, int stop_fd, std::atomic<std::int64_t>* went_on = nullptr)
        : end_(end), stop_fd_(stop_fd), went_on_(went_on) {}

    /// Readable once the call must end.
    int stop_fd() const { return stop_fd_; }
    bool stopped() const {
        pollfd stop{stop_fd_, POLLIN, 0};
        return stop_fd_ >= 0 && ::poll(&stop, 1, 0) > 0;
    }
    /// Time that is left, rounded up; 0 at the end.
    Ms left() const { return std::max(Ms(0), std::chrono::ceil<Ms>(end_ - Clock::now())); }
    bool is_over() const { return left() == Ms(0) || stopped(); }
    /// A part of the call is done, say one of many lines.
    void going_on() const {
        if (went_on_ != nullptr) *went_on_ = Clock::now().time_since_epoch().count();
    }
    /// The same with an earlier end.
    Patience at_most(Ms time) const {
        return {std::min(end_, Clock::now() + time), stop_fd_, went_on_};
    }

    /// Waits until `fd` is ready for `events`. fd: -1: for nothing but the end
    /// out: false if it must end before
    bool wait_for(int fd, short events) const {
        for (;;) {
            pollfd both[] = {{fd, events, 0}, {stop_fd_, POLLIN, 0}};
            const int count = ::poll(both, 2, static_cast<int>(left().count()));
            if (count > 0) return (both[1].revents & POLLIN) == 0 && both[0].revents != 0;
            if (count == 0) return false;
        }
    }

private:
    Clock::time_point end_;
    int stop_fd_;
    std::atomic<std::int64_t>* went_on_;
};

}  // namespace sensor::output
