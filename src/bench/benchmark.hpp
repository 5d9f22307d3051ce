// SPDX-License-Identifier: Apache-2.0
// What every subcommand does around its rounds: options, the head of a run, the measured processor,
// warnings. A subcommand fills a Plan and calls measure().
#pragma once

#include <cstddef>
#include <string>

#include "base/result.hpp"
#include "bench/rounds.hpp"
#include "bench/series.hpp"

namespace sensor::bench {

/// Options that all subcommands have.
struct RoundOptions {
    std::size_t rounds = 9;
    std::size_t warmup = 1;
    int cpu = -1;     ///< the processor to measure on; -1: the last one allowed
    bool pin = true;  ///< measure on that one only; false: wherever the kernel puts the work
    bool quiet = false;
};

/// A run that was not made yet: what, when and where.
Run describe(std::string benchmark, const RoundOptions& options);
/// fails: Error if the kernel does not tell which processors may be used
Result<int> measured_cpu(const RoundOptions& options);
/// Binds this process to the measured processor, unless it is to run anywhere, and runs the plan.
/// out:   in `run`: the samples, the baseline (the first variant) and what makes them doubtful
/// fails: as run_paired
Result<> measure(Plan& plan, const RoundOptions& options, Run& run);

}  // namespace sensor::bench
