// SPDX-License-Identifier: Apache-2.0
// Subcommand `pipeline`: what one event of a capture costs on its way through reader, state and
// rules, stage by stage.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.hpp"
#include "bench/benchmark.hpp"

namespace sensor::bench {

struct PipelineBench : RoundOptions {
    std::string capture;   ///< file to repeat
    std::string rules;     ///< empty: rules/ of the tree around this program
    std::string compiler;  ///< falco-rulec; empty: beside this program
    std::uint64_t least_events = 1'000'000;
    bool interpret = false;  ///< no machine code
};

/// fails: Error if the capture or the rules cannot be read
Result<Run> run_pipeline(const PipelineBench& options);

}  // namespace sensor::bench
