// SPDX-License-Identifier: Apache-2.0
// Figures: every number of a sensor that runs, as metrics::Snapshot. On the thread of events.
#pragma once

#include "app/session.hpp"
#include "capture/kernel.hpp"
#include "metrics/snapshot.hpp"

namespace sensor::app {

/// What the sensor knows beside its session.
struct ServiceFacts {
    metrics::HostFacts host;
    std::uint64_t reloads_ok = 0, reloads_failed = 0;
    std::optional<std::uint64_t> reload_ns, start_ns;
    metrics::Health health;
};

/// cost: some 100 us: reads the probe's counters of every processor
void fill_figures(const Session& session, const capture::KernelSource& source,
                  const ServiceFacts& facts, metrics::Snapshot& into);

}  // namespace sensor::app
