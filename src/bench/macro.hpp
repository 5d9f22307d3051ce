// SPDX-License-Identifier: Apache-2.0
// Subcommand `macro`: what running sensors take from real work: a key-value store, a web server, a
// build, walks over files, starts of programs; and how much processor time each sensor uses for it.
#pragma once

#include "base/result.hpp"
#include "bench/benchmark.hpp"
#include "bench/sensors.hpp"

namespace sensor::bench {

struct MacroBench : RoundOptions, SensorOptions {
    double scale = 1;               ///< of the work of a round
    std::vector<std::string> only;  ///< names of workloads; empty: all

    MacroBench() { pin = false; }
};

/// Runs the benchmark: work and sensors share the whole machine, as they do in life. What needs a
/// program that is not installed is left out and named in the warnings.
/// fails: a variant that cannot be started or dies; a workload that fails
Result<Run> run_macro(const MacroBench& options);

}  // namespace sensor::bench
