// SPDX-License-Identifier: Apache-2.0
// A value of the tree as what the table says it is: a flag, a number, a word, texts. For draft.cpp,
// which reads every key, and those who read lists.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/key_table.hpp"
#include "config/tree.hpp"

namespace sensor::config {

/// The words of YAML for true and false, in any case; decimal, 0x and 0-octal numbers.
std::optional<bool> parse_flag(std::string_view text) noexcept;
std::optional<std::int64_t> parse_number(std::string_view text) noexcept;
std::optional<double> parse_real(std::string_view text) noexcept;

/// Store a value of the type and range of `key`.
/// throws: BadSetting: it is of another one; names the key, what it must be and what it is
void read_value(const Key& key, const Node& node, bool& into);
void read_value(const Key& key, const Node& node, std::uint16_t& into);
void read_value(const Key& key, const Node& node, std::uint32_t& into);
void read_value(const Key& key, const Node& node, std::uint64_t& into);
void read_value(const Key& key, const Node& node, double& into);
void read_value(const Key& key, const Node& node, std::string& into);
void read_value(const Key& key, const Node& node, std::vector<std::string>& into);
void read_value(const Key& key, const Node& node, std::map<std::string, std::string>& into);

/// The text of a scalar; "" of a node without content.
/// throws: BadSetting: "WHAT must be a text"
const std::string& text_of(const Node& node, std::string_view what);
bool flag_of(const Node& node, std::string_view what);
/// A list of texts, or one text.
std::vector<std::string> texts_of(const Node& node, std::string_view what);

/// Is it the value that the key has where it is not set, or in the files that are shipped?
bool is_usual(const Key& key, const Node& node);

/// The value of a key that is not set.
Node fallback_of(const Key& key);

}  // namespace sensor::config
