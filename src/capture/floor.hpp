// SPDX-License-Identifier: Apache-2.0
// EmptyProbe: a program that does nothing on the hook every system call passes. What it costs is
// the floor below every sensor on this machine; falco-bench measures it beside them.
#pragma once

#include <linux/bpf.h>

#include "base/fd.hpp"
#include "base/result.hpp"

namespace sensor::capture {

/// A kind of program, and what it would be attached to.
struct EmptyProgram {
    bpf_prog_type type;
    bpf_attach_type attach;
    const char* target;  ///< as the kernel's type information names it, for this way to attach
};

/// Loads "return 0"; does not attach it.
/// fails: Error with what the kernel said
Result<Fd> load_empty(const EmptyProgram& kind);

class EmptyProbe {
public:
    /// Loads "return 0" for the typed sys_exit tracepoint; does not attach it.
    /// fails: Error with what the kernel said
    static Result<EmptyProbe> load();

    /// From here until destruction every system call of the machine runs it.
    Result<> attach();

private:
    explicit EmptyProbe(Fd program) : program_(std::move(program)) {}

    Fd program_;
    Fd link_;
};

}  // namespace sensor::capture
