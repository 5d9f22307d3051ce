// SPDX-License-Identifier: Apache-2.0
// Subcommand `kernel`: what a running sensor adds to each system call, bare against live, and
// against any other sensor in the same rounds.
#pragma once

#include "base/result.hpp"
#include "bench/benchmark.hpp"
#include "bench/sensors.hpp"

namespace sensor::bench {

struct KernelBench : RoundOptions, SensorOptions {
    bool no_floor = false;  ///< leave the empty program out
    double scale = 1;

    KernelBench() { rounds = 15; }
};

/// Runs the benchmark. Nobody else's processes are watched: the sensor's scope is this process.
/// fails: Error if a variant cannot be started or dies
Result<Run> run_kernel(const KernelBench& options);

}  // namespace sensor::bench
