// SPDX-License-Identifier: Apache-2.0
// Notifier: tells a service manager how this process is, as sd_notify does: one datagram with lines
// NAME=VALUE to the socket NOTIFY_SOCKET. Without such a manager every call does nothing.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/fd.hpp"
#include "base/result.hpp"

namespace sensor {

class Notifier {
public:
    /// Tells nobody.
    Notifier() = default;
    /// Takes NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID from the environment, where what is
    /// started later does not find them. To be called before there are threads.
    /// fails: the socket's name is none; a manager that is not told would end the process
    static Result<Notifier> from_environment();

    bool is_told() const { return static_cast<bool>(socket_); }
    /// Time between two beats that the manager wants at most, ns; 0: none are wanted.
    std::uint64_t watchdog_ns() const { return watchdog_ns_; }

    // In any thread. What cannot be sent is a line of the debug log.
    void ready(std::string_view status) const;
    void status(std::string_view text) const;
    /// A reload begins; ready() ends it.
    void reloading() const;
    void stopping() const;
    /// The loop is alive: tells so when half of the time is over. By the loop itself, not by a
    /// thread of its own: one that hangs is to be ended.
    /// cost: a comparison
    void beat(std::uint64_t now_ns) {
        if (watchdog_ns_ != 0 && now_ns - last_beat_ns_ >= watchdog_ns_ / 2) send_beat(now_ns);
    }

private:
    bool send(std::string_view lines, int flags) const;
    void send_beat(std::uint64_t now_ns);

    Fd socket_;  // connected
    std::uint64_t watchdog_ns_ = 0, last_beat_ns_ = 0;
};

}  // namespace sensor
