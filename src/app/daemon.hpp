// SPDX-License-Identifier: Apache-2.0
// -d and -P: going on in the background, and the file with the process number.
//
// The process forks before it has threads, maps or children; the parent waits at a pipe until the
// child can read events, writes the pid file and ends. A start that fails is thus the parent's
// failure, with its text still on the terminal.
#pragma once

#include <optional>

#include "app/options.hpp"
#include "base/result.hpp"

namespace sensor::app {

/// Exit status, and code of the Error, when the pid file cannot be written.
inline constexpr int kNoPidFile = 255;

/// -d: forks.
/// out:   in the parent its exit status, once the child reads events or has failed;
///        nothing in the child, whose options say where to report
/// fails: no process or pipe to be had
Result<std::optional<int>> fork_daemon(Options& options);

/// In the child of fork_daemon, once events can be read: a session of its own, umask 027, folder /,
/// standard files on /dev/null; then the parent ends. Nothing without -d. To be called once.
Result<> leave_terminal(const Options& options);

/// -P without -d: the own process number, without a newline.
/// fails: code kNoPidFile; the log has the reason
Result<> write_pid_file(const Options& options);

}  // namespace sensor::app
