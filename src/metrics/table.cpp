// SPDX-License-Identifier: Apache-2.0
#include "metrics/table.hpp"

#include <array>

namespace sensor::metrics {
namespace {

enum class Part : std::uint8_t {
#define METRIC_PART(id, prefix) id,
#include "../../grammar/metrics.def"
};

constexpr auto kPrefixes = std::to_array<std::string_view>({
#define METRIC_PART(id, prefix) prefix,
#include "../../grammar/metrics.def"
});

constexpr auto kRows = std::to_array<Row>({
#define METRIC(id, part, name, unit, kind, on, key, labels, meaning) \
    {kPrefixes[static_cast<std::size_t>(Part::part)],                \
     name,                                                           \
     Unit::unit,                                                     \
     Kind::kind,                                                     \
     Switch::on,                                                     \
     key,                                                            \
     meaning},
#include "../../grammar/metrics.def"
});

constexpr auto kWords = std::to_array<std::string_view>({
#define METRIC_UNIT(id, word, meaning) word,
#include "../../grammar/metrics.def"
});

struct SwitchRow {
    bool MetricsOptions::* member;
    bool keep_zero;
};

constexpr bool keep = true, leave = false;  // NOLINT(readability-identifier-naming): of the table
constexpr auto kSwitches = std::to_array<SwitchRow>({
#define METRIC_SWITCH(id, member, zero) {&MetricsOptions::member, zero},
#include "../../grammar/metrics.def"
});

}  // namespace

std::size_t row_count() noexcept { return kRows.size(); }
const Row& row(MetricId id) noexcept { return kRows[static_cast<std::size_t>(id)]; }
std::string_view unit_word(Unit unit) noexcept { return kWords[static_cast<std::size_t>(unit)]; }

bool is_on(Switch on, const MetricsOptions& options) noexcept {
    return options.enabled && options.*kSwitches[static_cast<std::size_t>(on)].member;
}

bool keeps_zero(Switch on) noexcept { return kSwitches[static_cast<std::size_t>(on)].keep_zero; }

}  // namespace sensor::metrics
