// SPDX-License-Identifier: Apache-2.0
// -o KEY=VALUE: changes one place of a YAML tree. Keys are names joined by dots, with [n] for an
// element, [] for a new one, and \ before . [ ] \ that belong to a name.
#pragma once

#include <yaml-cpp/yaml.h>

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace sensor::config {

/// fails: no '=', bad escape, bad index; a value that starts with { and ends with } must be YAML
Result<> apply_override(YAML::Node& root, std::string_view option);

/// ${NAME} becomes the variable's value, $${NAME} stays as ${NAME}; the result is scanned again.
std::string expand_environment(std::string_view text);

}  // namespace sensor::config
