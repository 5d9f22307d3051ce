// SPDX-License-Identifier: Apache-2.0
// YAML nodes as text in the canonical layout, for format.cpp.
#pragma once

#include <yaml-cpp/yaml.h>

#include <string>
#include <vector>

namespace sensor::rules {

inline constexpr std::size_t kLayoutWidth = 100;

/// A value: what stands on the line of its key, and whole lines below.
struct LaidOut {
    std::string first;
    std::vector<std::string> lines;
};

/// column: where `first` begins; indent: of the key. key "condition" brings its own layout.
LaidOut lay_out(const YAML::Node& value, const std::string& key, std::size_t column,
                std::size_t indent);

/// "- " or two blanks, "key:", the value: whole lines.
void add_entry(const std::string& key, const LaidOut& value, const std::string& comment,
               const std::string& start, std::vector<std::string>& lines);

/// Keys of rules files and the like: plain, or quoted where plain would mean something else.
std::string scalar_text(const std::string& text, bool was_quoted, bool in_flow);

/// Would this plain text be read as null, a truth value or a number?
bool is_plain_special(const std::string& text);

}  // namespace sensor::rules
