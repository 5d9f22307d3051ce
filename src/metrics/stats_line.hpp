// SPDX-License-Identifier: Apache-2.0
// The lines of the statistics file of Falco 0.9, option -s.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace sensor::metrics {

struct StatsTotals {
    std::uint64_t events = 0, drops = 0, preemptions = 0;
};

/// The variables FALCO_STATS_EXTRA_NAME of an environment, as NAME and value.
std::vector<std::pair<std::string, std::string>> stats_extra(const char* const* environment);

class StatsLines {
public:
    using Extra = std::vector<std::pair<std::string, std::string>>;

    explicit StatsLines(Extra extra = {}) : extra_(std::move(extra)) {}

    /// `{"sample": N, "NAME": "value", "cur": {...}, "delta": {...}, "drop_pct": P},` with the
    /// comma at the end that its readers know. The first delta is the total.
    std::string next(const StatsTotals& now);

private:
    Extra extra_;
    std::uint64_t sample_ = 0;
    StatsTotals last_;
};

}  // namespace sensor::metrics
