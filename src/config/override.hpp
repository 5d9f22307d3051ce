// SPDX-License-Identifier: Apache-2.0
// -o KEY=VALUE: changes one place of a tree. Keys are names joined by dots, with [n] for an
// element,
// [] for a new one, and \ before . [ ] \ that belong to a name.
#pragma once

#include <string>

#include "config/tree.hpp"

namespace sensor::config {

/// A value that stands in { } is read as YAML, any other is a text. Maps that are missing are made.
/// throws: BadSetting: no '=', bad escape, bad index, a place inside of something else
void apply_override(Node& root, const std::string& option);

}  // namespace sensor::config
