// SPDX-License-Identifier: Apache-2.0
// The file of option -s: a line of statistics every so often, in the form that Falco had from 0.9
// to 0.35 (metrics/stats_line.hpp). A part of Service; goes on through reloads.
#pragma once

#include <chrono>
#include <string>

#include "metrics/desk.hpp"
#include "metrics/reporter.hpp"
#include "metrics/stats_line.hpp"

namespace sensor::app {

class StatisticsFile {
public:
    /// desk outlives it. A line that cannot be written is an error in the log, and the next is
    /// tried all the same.
    StatisticsFile(metrics::Desk& desk, std::string path, std::chrono::milliseconds interval);

private:
    void append(const metrics::Snapshot& now);

    const std::string path_;
    metrics::StatsLines lines_;
    metrics::Reporter reporter_;  // last: its thread uses the rest
};

}  // namespace sensor::app
