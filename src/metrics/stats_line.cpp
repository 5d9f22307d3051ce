// SPDX-License-Identifier: Apache-2.0
#include "metrics/stats_line.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>

#include "base/log.hpp"

namespace sensor::metrics {
namespace {

constexpr std::string_view kVariable = "FALCO_STATS_EXTRA_";

std::string quoted(const std::string& text) {
    return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string totals_text(const StatsTotals& totals) {
    return format(R"({{"events": {}, "drops": {}, "preemptions": {}}})", totals.events,
                  totals.drops, totals.preemptions);
}

std::uint64_t less(std::uint64_t now, std::uint64_t before) { return now - std::min(now, before); }

}  // namespace

std::vector<std::pair<std::string, std::string>> stats_extra(const char* const* environment) {
    std::vector<std::pair<std::string, std::string>> out;
    for (; environment != nullptr && *environment != nullptr; ++environment) {
        std::string_view one = *environment;
        const std::size_t equals = one.find('=');
        if (!one.starts_with(kVariable) || equals == std::string_view::npos) continue;
        const std::string_view name = one.substr(0, equals).substr(kVariable.size());
        if (!name.empty()) out.emplace_back(name, one.substr(equals + 1));
    }
    return out;
}

std::string StatsLines::next(const StatsTotals& now) {
    const StatsTotals delta{less(now.events, last_.events), less(now.drops, last_.drops),
                            less(now.preemptions, last_.preemptions)};
    const double percent = delta.events == 0 ? 0.0
                                             : 100.0 * static_cast<double>(delta.drops) /
                                                   static_cast<double>(delta.events);
    std::string extra;
    for (const auto& [name, value] : extra_) extra += quoted(name) + ": " + quoted(value) + ", ";
    last_ = now;
    return format(R"({{"sample": {}, {}"cur": {}, "delta": {}, "drop_pct": {:.6g}}},)", ++sample_,
                  extra, totals_text(now), totals_text(delta), percent);
}

}  // namespace sensor::metrics
