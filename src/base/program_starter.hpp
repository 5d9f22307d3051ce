// SPDX-License-Identifier: Apache-2.0
// ProgramStarter: starts shell commands for who may not do so itself. Implemented by
// guard::Launcher, used by the output channel "program".
#pragma once

#include <sys/types.h>

#include <string>

#include "base/fd.hpp"
#include "base/result.hpp"

namespace sensor {

/// A program that runs; no child of this process.
struct StartedProgram {
    pid_t tgid = 0;  ///< also the number of its process group
    /// Becomes readable when it ends: one int, the status as waitpid gives it. End of file: its end
    /// is not known, whoever could tell is gone.
    Fd end;
};

class ProgramStarter {
public:
    virtual ~ProgramStarter() = default;
    /// `sh -c command` with `input` as standard input, in a process group of its own, with default
    /// signals. In any thread.  cost: some 100 us
    /// fails: no process can be made, or the starter is gone
    virtual Result<StartedProgram> start(const std::string& command, int input) = 0;
};

}  // namespace sensor
