// SPDX-License-Identifier: Apache-2.0
// `--shadow FILE`: the sensor beside another one that has the same configuration. Whatever that
// says, alerts go to one file only, and nothing is opened that the other has open.
#pragma once

#include <string>
#include <vector>

#include "config/config.hpp"

namespace sensor::app {

/// Leaves one output: JSON lines with all that `compare` needs, appended to `path`, each alert at
/// once. Web server, metrics, captures, limits and aggregation of alerts are off.
/// out: keys of what was on and is off now
std::vector<std::string> into_shadow(config::Config& config, const std::string& path);

/// The same, and a line in the log that says so.
void enter_shadow(config::Config& config, const std::string& path);

}  // namespace sensor::app
