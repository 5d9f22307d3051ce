// SPDX-License-Identifier: Apache-2.0
// Runs as JSON lines: one line {"type":"run",...}, then one {"type":"series",...} per series.
// Written by --json, read by `report`. A file may hold several runs one after the other.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "bench/series.hpp"

namespace sensor::bench {

std::string to_json_lines(const Run& run);
/// fails: Error with the number of the line that cannot be read
Result<std::vector<Run>> from_json_lines(std::string_view text);

/// Appends to `path`, so that several subcommands can fill one file. fails: Error with errno
Result<> append_to_file(const std::string& path, const std::string& text);
Result<> write_file(const std::string& path, const std::string& text);

}  // namespace sensor::bench
