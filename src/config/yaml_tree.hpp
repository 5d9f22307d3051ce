// SPDX-License-Identifier: Apache-2.0
// YAML text to a tree of settings with places, and a value back to text. For config.cpp,
// include.cpp and override.cpp. The only place of this module that sees the YAML library.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/tree.hpp"

namespace sensor::config {

/// Maps and lists in each other, at most.
inline constexpr std::size_t kDeepest = 32;

/// The tree of a text's first document, a map or without content.
/// in:     file: its name, for places; remarks: gets what is odd (a key set twice: the first one
///         counts; more documents)
/// throws: BadSetting: no YAML, not a map, nested or expanded without bound; with place and hint
Node parse_settings(const std::string& text, const std::string& file,
                    std::vector<std::string>& remarks);

/// The tree of any one value, without places: all of it has the given origin.
/// throws: BadSetting
Node parse_value(const std::string& text, const Origin& origin);

/// A value on one line, as YAML that reads back as the same: [a, {b: "c d"}].
std::string flow_text(const Node& node);
/// A text as a scalar of such a line; in keys no environment is expanded.
std::string scalar_text(std::string_view text);
/// The key of a map up to its colon. between: what may stand before it where the key is so long
/// that it needs a mark: a blank in flow style, the end of a line and the indentation else
std::string key_begin(std::string_view key, const std::string& between);

}  // namespace sensor::config
