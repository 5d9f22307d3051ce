// SPDX-License-Identifier: Apache-2.0
// The system calls a process may make from now on; the rest is refused. For the sensor, for one
// that judges a capture, and for the rule compiler. Which calls: call_table.cpp.
#pragma once

#include "base/result.hpp"

namespace sensor::guard {

enum class Profile : unsigned char {
    Live = 1,      ///< reads the kernel's rings, starts the compiler, writes outputs
    Replay = 2,    ///< the same without eBPF
    Compiler = 4,  ///< only computes: reads a request, writes a bundle
};

/// Of every thread there is and will be, and of every process that is started. Calls that only an
/// intruder makes (ptrace, modules, mounts, namespaces) end the process; others that are not in the
/// table fail with EPERM, which the kernel's audit log tells.
/// With FALCO_EBPF_SECCOMP=fatal, for tests, each refused call is named and ends the process.
/// no_new_privs: set it too, as the kernel wants without CAP_SYS_ADMIN
/// cost:  a millisecond; then some 50 ns a system call of this process
/// fails: the kernel has no such filters, or lacks the right
Result<> refuse_other_calls(Profile profile, bool no_new_privs = true);

}  // namespace sensor::guard
