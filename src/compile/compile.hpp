// SPDX-License-Identifier: Apache-2.0
// The rule compiler: a program (or a request of the engine) to a bundle, or to text for people.
// Runs in falco-rulec only; no LLVM type leaves.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "eval/bundle.hpp"
#include "filter/kernel_image.hpp"
#include "lang/program.hpp"

namespace sensor::compile {

/// Answers a request of the engine.
/// fails: Error: damaged request, unknown processor; an LLVM bug ends the process
Result<std::string> compile_bundle(std::string_view request);

enum class Text : std::uint8_t { Llvm, Assembler };

/// The code of a program as text, after optimisation.
/// triple: empty: this machine
Result<std::string> compile_text(const lang::Program& program, const eval::CompileOptions& options,
                                 Text text, const std::string& triple);

/// The kernel filters of a program (bpf/filter.h), with BTF, for any kernel since 5.5.
/// object: bytes of an ELF object to link with the probe; else assembler text
Result<std::string> compile_filter(const lang::Program& program, bool object);

/// All that of a program goes into the kernel.
Result<filter::KernelImage> compile_kernel_image(const lang::Program& program);

/// The linked image and the entry of each condition, for any supported machine.
struct Compiled {
    std::string code;
    std::vector<std::uint32_t> entries;
};
Result<Compiled> compile_code(const lang::Program& program, const eval::CompileOptions& options,
                              const std::string& triple);

}  // namespace sensor::compile
