// SPDX-License-Identifier: Apache-2.0
// The subcommands of falco-rulec as functions: what is asked for in, exit status out.
#pragma once

#include <string>
#include <vector>

namespace sensor::compile {

/// Loads the files and prints per file whether it is good, with every problem and its place.
/// out: 0 if the rules can be loaded, 1 if not
int run_check(const std::vector<std::string>& paths);

struct EmitOptions {
    std::string emit = "bundle";  ///< llvm, asm, bundle
    std::string output;           ///< file; empty: standard output
    std::string cpu;
    std::string triple;
    unsigned level = 1;
};
/// Compiles the rules of the files. out: 0, or 1 with the reason on standard error
int run_compile(const std::vector<std::string>& paths, const EmitOptions& options);

/// Answers the engine: request on standard input, bundle on standard output.
int run_compile_bundle();

}  // namespace sensor::compile
