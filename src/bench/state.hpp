// SPDX-License-Identifier: Apache-2.0
// Subcommand `state`: what the process and descriptor tables cost in memory and per lookup, in a
// small and in a large system.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/result.hpp"
#include "bench/benchmark.hpp"

namespace sensor::bench {

struct StateBench : RoundOptions {
    std::uint32_t small = 1'000;    ///< processes
    std::uint32_t large = 100'000;  ///< processes
    std::uint32_t fds_each = 10;
    StateBench() {
        rounds = 5;
        warmup = 0;
    }
};

Result<Run> run_state(const StateBench& options);

}  // namespace sensor::bench
