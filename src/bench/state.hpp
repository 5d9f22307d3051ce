// SPDX-License-Identifier: Apache-2.0
// Subcommand `state`: what the process and descriptor tables cost in memory and per lookup, in a
// small and in a large system.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/result.hpp"
#include "bench/series.hpp"

namespace sensor::bench {

struct StateBench {
    std::uint32_t small = 1'000;    ///< processes
    std::uint32_t large = 100'000;  ///< processes
    std::uint32_t fds_each = 10;
    std::size_t rounds = 5;
    int cpu = -1;  ///< the processor to run on; -1: the last one allowed
    bool quiet = false;
};

Result<Run> run_state(const StateBench& options);

}  // namespace sensor::bench
