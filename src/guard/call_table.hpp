// SPDX-License-Identifier: Apache-2.0
// CallRow: one system call of seccomp's table, or a few that belong together. Read by seccomp.cpp.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>

namespace sensor::guard {

struct CallRow {
    unsigned profiles;  ///< a bit for each Profile that may make it
    std::initializer_list<const char*> names;
};

/// What an argument must be for the call to be allowed; several rows of a call: one must hold.
struct ArgumentRow {
    unsigned profiles;
    const char* name;
    unsigned argument;   ///< from 0
    std::uint64_t mask;  ///< ~0: the whole argument is compared
    std::uint64_t value;
    // A second condition on the same call, if mask is not 0.
    unsigned argument2 = 0;
    std::uint64_t mask2 = 0;
    std::uint64_t value2 = 0;
};

std::span<const CallRow> plain_calls();
std::span<const ArgumentRow> limited_calls();
/// Calls of no honest program of ours: they end the process.
std::span<const char* const> deadly_calls();

}  // namespace sensor::guard
