// SPDX-License-Identifier: Apache-2.0
// A tree of settings against the table of keys: one file in the wording of JSON schema validators,
// which scripts know; the merged whole with places and hints. For include.cpp and config.cpp.
#pragma once

#include <string_view>
#include <vector>

#include "config/config.hpp"
#include "config/tree.hpp"

namespace sensor::config {

/// What --config-schema would say of a file. Never an error: values are judged by their readers.
rules::SchemaCheck check_schema(const Node& root);

/// Notes every key that nothing reads, with the nearest one there is.
/// throws: BadSetting: a section that is no map
void note_unknown_keys(const Node& root, std::vector<Note>& notes);

/// The sentence for a name that is none of `known`: "; did you mean 'x'?", or nothing.
std::string hint_for(std::string_view name, const std::vector<std::string_view>& known);

}  // namespace sensor::config
