// SPDX-License-Identifier: Apache-2.0
// The compiler as a process of its own: finds falco-rulec, starts it with limits on memory and
// time, hands it a request and takes a bundle. Whatever happens to it is one Error here.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/fd.hpp"
#include "base/result.hpp"

namespace sensor::engine {

struct ProcessLimits {
    std::uint64_t memory_mb = 1024;  ///< address space
    std::uint32_t seconds = 60;      ///< CPU time, and as much wall clock
    bool idle = false;               ///< only when nobody else wants the processor
};

/// `asked` if not empty; else falco-rulec beside this program, in libexec or in PATH.
/// fails: Error that says where it was looked for
Result<std::string> find_compiler(const std::string& asked);

/// A compiler at work. It is killed if it is not wanted any more, and ends with us.
class CompilerRun {
public:
    /// Starts `compiler compile-bundle` with the request on its standard input.
    /// fails: Error with errno
    static Result<CompilerRun> start(const std::string& compiler, std::string_view request,
                                     const ProcessLimits& limits);
    CompilerRun(CompilerRun&& other) noexcept;
    CompilerRun& operator=(CompilerRun&& other) noexcept;
    ~CompilerRun();

    /// Waits until it has ended, no longer than `most`.  out: true if it has; kills one whose time
    /// is used up
    bool wait(std::chrono::milliseconds most);
    /// Its bundle, in a sealed file without a name. To be called once, when it has ended.
    /// fails: Error: not to be executed, exit status other than 0 (with its words), killed, time
    ///        used up
    Result<Fd> take();

private:
    using Clock = std::chrono::steady_clock;
    CompilerRun() = default;
    void kill() noexcept;

    pid_t child_ = -1;  ///< -1: it was waited for
    Fd handle_;         ///< of the process; invalid on a kernel without such
    Fd output_, words_;
    Clock::time_point deadline_{};
    int status_ = 0;
    bool late_ = false;
};

}  // namespace sensor::engine
