// SPDX-License-Identifier: Apache-2.0
// Subcommand `rules`: what judging an event costs with sets of 100, 1,000 and 10,000 rules, beside
// the same rules run by the reference interpreter in the same rounds.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "bench/benchmark.hpp"

namespace sensor::bench {

struct RulesBench : RoundOptions {
    std::vector<std::size_t> sizes{100, 1000, 10000};
    std::string compiler;           ///< falco-rulec; empty: beside this program
    std::vector<std::string> only;  ///< evaluators to measure; empty: all
    std::size_t events = 20'000;
    std::uint32_t seed = 1;
};

/// Every sample is ns an event, state included; the baseline is the state alone.
/// fails: Error if the rules cannot be compiled, or the evaluators do not agree
Result<Run> run_rules(const RulesBench& options);

}  // namespace sensor::bench
