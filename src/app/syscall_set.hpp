// SPDX-License-Identifier: Apache-2.0
// Which system calls the probe must report: those the rules can match and those the state needs to
// stay true; nothing else.
#pragma once

#include <bitset>
#include <string>
#include <vector>

#include "lang/program.hpp"

namespace sensor::app {

struct SyscallSet {
    std::bitset<REC_MAX_SC> calls;      ///< by stable number
    std::bitset<REC_MAX_SC> state;      ///< of them: those the state needs, whatever rules want
    bool standard_files = false;        ///< rules ask what 0, 1 and 2 of a process are
    std::vector<std::string> left_out;  ///< rules want them, high-volume I/O leaves them out
    std::vector<std::string> unknown;   ///< names of custom_set that are no system call
};

struct SyscallOptions {
    bool all = false;                   ///< also high-volume I/O calls
    std::vector<std::string> custom{};  ///< replaces the state set; "!name" removes
    bool repair = false;                ///< the state set stays, whatever `custom` says
    bool trace = false;                 ///< -w: whatever rules want, every call but noisy ones
    bool record = false;                ///< other readers of captures need every call of the state
};

/// program: conditions with their event sets; network fields in any term add the socket calls
SyscallSet wanted_syscalls(const lang::Program& program, const SyscallOptions& options);

}  // namespace sensor::app
