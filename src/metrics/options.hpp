// SPDX-License-Identifier: Apache-2.0
// MetricsOptions: what the configuration says of metrics.
#pragma once

#include <cstdint>
#include <string>

namespace sensor::metrics {

struct MetricsOptions {
    bool enabled = false;
    std::uint64_t interval_ms = 5000;
    bool output_rule = false;  ///< an alert for each snapshot
    std::string output_file;   ///< JSON lines are appended; empty: none
    bool prometheus = false;   ///< webserver.prometheus_metrics_enabled
    bool rules_counters = true;
    bool resource_utilization = true;
    bool state_counters = true;
    bool kernel_event_counters = true;
    bool kernel_event_counters_per_cpu = true;
    bool kernel_iter_event_counters = true;
    bool libbpf_stats = true;
    bool plugins_metrics = true;       ///< of the built-in container plugin
    bool convert_memory_to_mb = true;  ///< in alerts and the file
    bool include_empty_values = false;
    friend bool operator==(const MetricsOptions&, const MetricsOptions&) = default;
};

}  // namespace sensor::metrics
