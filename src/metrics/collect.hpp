// SPDX-License-Identifier: Apache-2.0
// From a snapshot to samples: one for each number, in the order of the table, with its labels. The
// one place that knows which member of Snapshot is which metric; prometheus.cpp and fields.cpp
// print.
#pragma once

#include <functional>
#include <span>
#include <string_view>
#include <variant>

#include "metrics/snapshot.hpp"
#include "metrics/table.hpp"

namespace sensor::metrics {

struct Label {
    std::string_view name, value;
};

/// Borrowed while the function runs that it is given to.
struct Sample {
    MetricId id{};
    std::span<const Label> labels;
    std::variant<std::uint64_t, double> value;
};

/// What a snapshot says of the one before it.
struct Previous {
    bool any = false;  ///< there was one
    std::uint64_t ts_ns = 0, judged = 0, events = 0, drops = 0;
};

using TakeSample = std::function<void(const Sample&)>;

/// Every sample of the metrics that are on. `info` has the value 1; see the table for what its
/// first label is. previous: null for Prometheus, which needs no rates cost: no allocation but for
/// the tags of rules that had alerts
void collect(const Snapshot& snapshot, const MetricsOptions& options, const Previous* previous,
             const TakeSample& take);

}  // namespace sensor::metrics
