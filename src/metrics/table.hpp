// SPDX-License-Identifier: Apache-2.0
// The rows of grammar/metrics.def as constants: what collect.cpp fills in, and prometheus.cpp and
// fields.cpp print.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "metrics/options.hpp"

namespace sensor::metrics {

enum class MetricId : std::uint8_t {
#define METRIC(id, part, name, unit, kind, on, key, labels, meaning) id,
#include "../../grammar/metrics.def"
};

enum class Unit : std::uint8_t {
#define METRIC_UNIT(id, word, meaning) id,
#include "../../grammar/metrics.def"
};

enum class Kind : std::uint8_t { counter, gauge };

enum class Switch : std::uint8_t {
#define METRIC_SWITCH(id, member, zero) id,
#include "../../grammar/metrics.def"
};

struct Row {
    std::string_view prefix;  ///< of the Prometheus name
    std::string_view name;    ///< empty: not for Prometheus
    Unit unit{};
    Kind kind{};
    Switch on{};
    std::string_view key;  ///< in snapshots; empty: not there
    std::string_view meaning;
};

/// Number of rows; MetricId runs from 0 to it.
std::size_t row_count() noexcept;
const Row& row(MetricId id) noexcept;
/// What a Prometheus name ends with, without its underline; may be empty.
std::string_view unit_word(Unit unit) noexcept;
/// The metric is on in these options.
bool is_on(Switch on, const MetricsOptions& options) noexcept;
/// Snapshots keep a zero even where zeros are left out.
bool keeps_zero(Switch on) noexcept;

}  // namespace sensor::metrics
