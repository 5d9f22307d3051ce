// SPDX-License-Identifier: Apache-2.0
// Subcommand `kernel`: what a running sensor adds to each system call, bare against live, and
// against any other sensor in the same rounds.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "bench/benchmark.hpp"

namespace sensor::bench {

struct KernelBench : RoundOptions {
    std::string sensor;       ///< program; empty: falco-ebpf beside this one
    std::string sensor_args;  ///< replaces -c, -r and --scope, if not empty
    std::string config;       ///< empty: config/falco.yaml of the tree around this program
    std::string rules;        ///< empty: rules/ of that tree
    bool no_sensor = false;
    bool no_floor = false;                ///< leave the empty program out
    std::vector<std::string> peers;       ///< shell commands
    std::vector<std::string> peer_names;  ///< in the order of `peers`; missing: the program's name
    std::string peer_ready;               ///< text a peer writes when it is ready
    double peer_delay_s = 3;              ///< and how long to wait then
    double scale = 1;

    KernelBench() { rounds = 15; }
};

/// Runs the benchmark. Nobody else's processes are watched: the sensor's scope is this process.
/// fails: Error if a variant cannot be started or dies
Result<Run> run_kernel(const KernelBench& options);

}  // namespace sensor::bench
