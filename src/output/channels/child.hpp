// SPDX-License-Identifier: Apache-2.0
// Child: one shell command that reads alerts from its standard input. Started by the channel
// program; in a process group of its own, with default signals and no descriptors but the three.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "base/fd.hpp"
#include "base/program_starter.hpp"
#include "base/result.hpp"
#include "output/patience.hpp"

namespace sensor::output {

class Child {
public:
    Child() = default;
    Child(Child&& other) noexcept;
    Child& operator=(Child&& other) noexcept;
    ~Child();  ///< ends it at once, if it still runs

    /// `sh -c command` with `in` as its standard input. starter: null: as a child of this process
    static Result<Child> start(const std::string& command, int in, ProgramStarter* starter);

    explicit operator bool() const { return tgid_ > 0; }
    /// Has it ended? Then status() says how.
    bool has_ended();
    /// Waits for its end. out: false if the patience is over before
    bool wait(const Patience& patience);
    /// Asks it to end, and after a moment makes it.
    void end();
    /// Exit code, or 128 and the signal, as a shell says it.
    int status() const { return status_; }

private:
    bool look_started();

    pid_t tgid_ = 0;           // 0: none, or its end is known
    Fd handle_;                // becomes readable at its end
    bool is_started_ = false;  // by a starter, whose `end` is the handle
    int status_ = 0;
};

/// "exit status 3", "killed by signal 9".
std::string status_text(int status);

}  // namespace sensor::output
