// SPDX-License-Identifier: Apache-2.0
// The settings that add to what alerts say, append_output and static_fields: for config.cpp.
#pragma once

#include <yaml-cpp/yaml.h>

#include <string>

#include "base/log.hpp"
#include "config/config.hpp"

namespace sensor::config {

/// A setting of the wrong type or range, with its place. Thrown and caught in config*.cpp only.
struct BadSetting {
    std::string text;
};

[[noreturn]] inline void refuse(const std::string& file, const YAML::Node& node,
                                const std::string& what) {
    const YAML::Mark mark = node.Mark();
    if (mark.is_null()) throw BadSetting{format("{}: {}", file.empty() ? "option" : file, what)};
    throw BadSetting{format("{}:{}:{}: {}", file, mark.line + 1, mark.column + 1, what)};
}

/// Is this a text that can stand behind an output? What is wrong is in the result.
lang::OutputParse check_appended(std::string text, const lang::StaticFields& fields);

/// in: the node, undefined if the setting is not there. Static fields come first: outputs may name
/// them. The texts are checked here, so that a mistake is said once and at its place.
void read_static_fields(const std::string& file, const YAML::Node& map, Config& config);
void read_append_output(const std::string& file, const YAML::Node& list, Config& config);

}  // namespace sensor::config
