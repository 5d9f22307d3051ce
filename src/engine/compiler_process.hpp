// SPDX-License-Identifier: Apache-2.0
// The compiler as a process of its own: finds falco-rulec, starts it with limits on memory and
// time, hands it a request and takes a bundle. Whatever happens to it is one Error here.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace sensor::engine {

struct ProcessLimits {
    std::uint64_t memory_mb = 1024;  ///< address space
    std::uint32_t seconds = 60;      ///< CPU time, and as much wall clock
};

/// `asked` if not empty; else falco-rulec beside this program, in libexec or in PATH.
/// fails: Error that says where it was looked for
Result<std::string> find_compiler(const std::string& asked);

/// Runs `compiler compile-bundle` with the request on its standard input and `output` (an empty,
/// seekable file) as its standard output. Returns when it has ended.
/// fails: Error: not started, exit status other than 0 (with its words), killed, time used up
Result<> run_compiler(const std::string& compiler, std::string_view request, int output,
                      const ProcessLimits& limits);

}  // namespace sensor::engine
