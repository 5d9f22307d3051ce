// SPDX-License-Identifier: Apache-2.0
// --print-config: all settings as they are in force, each with the place it was set at.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "config/config.hpp"

namespace sensor::config {

/// YAML that can be loaded in place of all files, whose names come first, as comments; behind each
/// value a comment with its origin.
std::string print_text(const Config& config);

/// {"config": {...}, "origins": {"engine.kind": "falco.yaml:3:9", ...}, "files": [...]}; of lists,
/// the origins of their items: "rules_files[0]".
nlohmann::ordered_json print_json(const Config& config);

}  // namespace sensor::config
