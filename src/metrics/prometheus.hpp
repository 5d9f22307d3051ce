// SPDX-License-Identifier: Apache-2.0
// A snapshot as the text that Prometheus reads (exposition format 0.0.4).
#pragma once

#include <string>
#include <string_view>

#include "metrics/options.hpp"
#include "metrics/snapshot.hpp"

namespace sensor::metrics {

inline constexpr std::string_view kPrometheusType = "text/plain; version=0.0.4";

/// Each family once, with HELP and TYPE; labels sorted; no series twice, for that would cost the
/// reader the whole answer. cost: about 100 bytes and 0.5 µs a series; not for the event thread
std::string prometheus_text(const Snapshot& snapshot, const MetricsOptions& options);

}  // namespace sensor::metrics
