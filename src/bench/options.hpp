// SPDX-License-Identifier: Apache-2.0
// The command line of falco-bench: what each benchmark may be told. Used by the program, and by
// falco-rulec for its manual page and completion.
#pragma once

#include <string>
#include <vector>

#include "bench/flood.hpp"
#include "bench/kernel.hpp"
#include "bench/macro.hpp"
#include "bench/pipeline.hpp"
#include "bench/rules.hpp"
#include "bench/state.hpp"

namespace CLI {
class App;
}

namespace sensor::bench {

struct Options {
    KernelBench kernel;
    MacroBench macro;
    FloodBench flood;
    PipelineBench pipeline;
    StateBench state;
    RulesBench rules;
    std::string json;                ///< samples are appended to it
    std::vector<std::string> files;  ///< report: written by --json
    std::string out = "bench-report";
};

inline constexpr const char* kProgramName = "falco-bench";
inline constexpr const char* kProgramDescription =
    "falco-bench - what runtime sensors cost, in paired rounds";

/// Declares the subcommands; their values are left in `options`, which outlives the parsing.
void declare_options(CLI::App& cli, Options& options);

}  // namespace sensor::bench
