// SPDX-License-Identifier: Apache-2.0
// The sensors that a benchmark compares: ours and any other, as variants. Used by the subcommands
// that run them: kernel, macro, flood.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "bench/command.hpp"

namespace sensor::bench {

struct SensorOptions {
    std::string sensor;       ///< program; empty: falco-ebpf beside this one
    std::string sensor_args;  ///< replaces -c, -r and --scope, if not empty
    std::string config;       ///< empty: config/falco.yaml of the tree around this program
    std::string rules;        ///< empty: rules/ of that tree
    bool no_sensor = false;
    std::vector<std::string> peers;       ///< shell commands
    std::vector<std::string> peer_names;  ///< in the order of `peers`; missing: the program's name
    std::string peer_ready;               ///< text a peer writes when it is ready
    double peer_delay_s = 3;              ///< and how long to wait then
};

/// fails: nothing to measure, or no falco-ebpf beside this program
Result<> check_sensors(const SensorOptions& options);

/// Our sensor, watching this process and what it starts.
/// cpus: processors it may use; empty: all. more: further options of it
Command sensor_command(const SensorOptions& options, const std::vector<int>& cpus,
                       const std::vector<std::string>& more = {});

/// Puts all of them behind the variants that are there, ours first.
void add_sensors(const SensorOptions& options, const std::vector<int>& cpus,
                 std::vector<std::unique_ptr<Variant>>& variants);

}  // namespace sensor::bench
