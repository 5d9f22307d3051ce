// SPDX-License-Identifier: Apache-2.0
// Signals that would end the sensor, or stopped it, and who sent them. Handlers only note;
// SelfWatch looks. Installed once, by the main program.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

namespace sensor::guard {

struct NotedSignal {
    int number = 0;
    pid_t sender = 0;  ///< 0: the kernel, or a process outside of this PID namespace
    uid_t user = 0;
};

/// From here on signals that end a process by default and that nobody here uses do not, if another
/// process sent them; those of the kernel and of our own still do. SIGCONT is noted too.
void catch_foreign_signals();

/// What came since the last call, one of a number.
std::vector<NotedSignal> take_foreign_signals();

/// "process 4711 (bash) of user 0"; of sender 0 "the kernel or another PID namespace".
std::string sender_text(pid_t sender, uid_t user);
/// comm of a process, "" if it is gone.
std::string name_of_process(pid_t tgid);
/// "SIGTERM"
std::string signal_name(int number);

}  // namespace sensor::guard
