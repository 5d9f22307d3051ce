// SPDX-License-Identifier: Apache-2.0
// What signals ask for; their handlers only note it, and the loop over events looks.
#pragma once

#include <sys/types.h>

#include <optional>

namespace sensor::app {

/// From here on SIGINT and SIGTERM set the wish to end and do nothing else.
void catch_stop_signals();
/// The same, SIGHUP and SIGUSR1 too; a broken pipe is an error of its write.
void catch_signals();

/// Has SIGINT or SIGTERM arrived?
bool stop_requested() noexcept;
/// The first of them, and who sent it.
struct StopSignal {
    int number = 0;
    pid_t sender = 0;  ///< 0: the kernel (a terminal), or a process outside of this PID namespace
    uid_t user = 0;
};
std::optional<StopSignal> stop_signal() noexcept;
/// Has SIGHUP (read the rules anew) arrived since the last call? SIGUSR1 (open outputs anew)?
bool take_reload_request() noexcept;
bool take_reopen_request() noexcept;

}  // namespace sensor::app
