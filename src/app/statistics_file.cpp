// SPDX-License-Identifier: Apache-2.0
#include "app/statistics_file.hpp"

#include <unistd.h>

#include "base/log.hpp"
#include "metrics/line_file.hpp"

namespace sensor::app {

StatisticsFile::StatisticsFile(metrics::Desk& desk, std::string path,
                               std::chrono::milliseconds interval)
    : path_(std::move(path)),
      lines_(metrics::stats_extra(environ)),
      reporter_(desk, interval, [this](const metrics::Snapshot& now) { append(now); }) {}

void StatisticsFile::append(const metrics::Snapshot& now) {
    const metrics::StatsTotals totals{now.kernel.events, now.kernel.drops, now.kernel.preemptions};
    if (const Result<> done = metrics::append_line(path_, lines_.next(totals)); !done)
        log::error("-s: {}", done.error().text);
}

}  // namespace sensor::app
