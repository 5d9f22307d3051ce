// SPDX-License-Identifier: Apache-2.0
// The launcher's side: takes commands, starts them, tells of their end. Called in the child that
// Launcher::create forks; one thread.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <string>
#include <vector>

namespace sensor::guard {

inline constexpr std::size_t kMostCommand = 64 * 1024;

struct LaunchAnswer {
    int error = 0;  ///< errno; 0: it runs, and the descriptor that comes with this tells its end
    pid_t tgid = 0;
};

/// Until the other end of the socket is closed. out: exit code
int serve_programs(int socket, const std::vector<std::string>& trusted);

}  // namespace sensor::guard
