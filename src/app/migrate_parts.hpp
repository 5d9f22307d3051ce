// SPDX-License-Identifier: Apache-2.0
// The parts of an installation that `falco-ebpf migrate` looks at, each adding its findings.
#pragma once

#include <string>
#include <vector>

#include "app/migrate_finding.hpp"
#include "config/config.hpp"

namespace sensor::app {

/// Keys of a configuration file and of those it includes, and its plugins.
/// in: whole, it is no part of another: keys that are not set count too
void find_settings(const std::string& file, bool whole, Findings& findings);
/// What `-o KEY=VALUE` asks for, as the finding of an option.
Finding judge_setting(const std::string& setting);

/// Options of Falco in a unit file, or in a file of variables (/etc/default/falco).
/// out: rules files that -r names, which replace the configured ones
std::vector<std::string> find_options(const std::string& file, Findings& findings);
/// One command line of Falco without the program. in: place, of it
std::vector<std::string> judge_command_line(const std::vector<std::string>& words,
                                            const std::string& place, Findings& findings);

/// Rules, macros, lists and fields of files, loaded as the sensor would load them.
void find_rules(const config::Config& config, const std::vector<std::string>& files,
                Findings& findings);

}  // namespace sensor::app
