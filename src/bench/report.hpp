// SPDX-License-Identifier: Apache-2.0
// Subcommand `report`: runs read from JSON lines become report.md, one SVG per run and report.html,
// a page that needs nothing beside it.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "bench/series.hpp"

namespace sensor::bench {

/// Reads the files, writes the report into `folder` (created). out: the paths written
/// fails: Error naming the file that cannot be read or written
Result<std::vector<std::string>> write_report(const std::vector<std::string>& files,
                                              const std::string& folder);

std::string markdown_report(const std::vector<Run>& runs);
std::string html_report(const std::vector<Run>& runs);
/// "kernel.svg", or "kernel-2.svg" for the second run of that name.
std::vector<std::string> chart_names(const std::vector<Run>& runs);

}  // namespace sensor::bench
