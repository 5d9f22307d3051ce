// SPDX-License-Identifier: Apache-2.0
// Subcommand `flood`: opens that a rule or none wants, on every processor, as fast as asked; hidden
// in them, once a second, a start of a program and a read of a secret file. What does the sensor
// find, what does it lose, what does it say of that, how long does it take, what does it use?
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "bench/benchmark.hpp"
#include "bench/sensors.hpp"

namespace sensor::bench {

struct FloodBench : RoundOptions, SensorOptions {
    unsigned seconds = 30;
    std::uint64_t rate = 0;            ///< opens a second, all processors together; 0: all they can
    std::uint64_t churn = 0;           ///< programs started a second
    bool unwanted = false;             ///< no rule wants the opens
    std::vector<std::string> more;     ///< further options of the sensor
    std::vector<std::string> cgroups;  ///< folders of control groups to start it in

    FloodBench() {
        rounds = 1;
        pin = false;
    }
};

/// Floods. The sensor watches this process and what it starts, by rules made for this.
/// fails: Error if the sensor cannot be started or dies
Result<Run> run_flood(const FloodBench& options);

}  // namespace sensor::bench
