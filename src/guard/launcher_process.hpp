// SPDX-License-Identifier: Apache-2.0
// The launcher's side: takes commands, starts them, tells of their end; takes paths of sockets and
// hands connections over. Called in the child that Launcher::create forks; one thread.
#pragma once

#include <sys/types.h>

#include <cstddef>

#include "guard/launcher.hpp"

namespace sensor::guard {

inline constexpr std::size_t kMostCommand = 64 * 1024;
inline constexpr std::size_t kMostProblem = 512;

/// The first byte of a question: what its text is.
inline constexpr char kStartProgram = 'p';  ///< a command, with its input
inline constexpr char kOpenSocket = 's';    ///< a path

/// Behind it: what went wrong, one line of kMostProblem bytes at most.
struct LaunchAnswer {
    int error = 0;  ///< errno; 0: done, and a descriptor comes with this: it tells the program's
                    ///< end, or is the connection
    pid_t tgid = 0;
};

/// Until the other end of the socket is closed. out: exit code
int serve_tasks(int socket, const LauncherTasks& tasks);

}  // namespace sensor::guard
