// SPDX-License-Identifier: Apache-2.0
// --support: one JSON object with all that a report of an error should hold.
#pragma once

#include <string>

#include "app/options.hpp"
#include "base/result.hpp"
#include "config/config.hpp"

namespace sensor::app {

/// version, system_info, engine_info, cmdline, config (its whole text), rules_files.
/// Passwords and the like stand there as *** (config/secrets.hpp).
/// fails: a rules file cannot be read
Result<std::string> support_text(const Options& options, const config::Config& config);

}  // namespace sensor::app
