// SPDX-License-Identifier: Apache-2.0
// A tree of settings, each of which knows where it was set. It is made of YAML text
// (yaml_tree.hpp), changed by included files and -o, and read by key (draft.cpp, check.cpp) or
// printed (print.cpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sensor::config {

/// Where a value was set.
struct Origin {
    enum class Kind : std::uint8_t { Default, File, Option };
    Kind kind = Kind::Default;
    std::string source;                ///< path of the file; or the option, as it was given
    std::size_t line = 0, column = 0;  ///< in the file, from 1
    std::string variables;             ///< environment variables that are in the text: "A, B"
};

/// "falco.yaml:3:5", "-o a=b" or "default", and " (environment: A)".
std::string to_text(const Origin& origin);

struct Entry;
struct Node {
    enum class Kind : std::uint8_t { Null, Text, List, Map };
    Kind kind = Kind::Null;
    std::string text;
    std::vector<Node> items;
    std::vector<Entry> entries;
    Origin origin;
};

struct Entry {
    std::string key;
    Origin origin;  ///< of the key
    Node value;
};

Node text_node(std::string text, Origin origin);

/// The value of a key of a map; null if `node` is no map or has none.
const Entry* entry_of(const Node& node, std::string_view key) noexcept;
Entry* entry_of(Node& node, std::string_view key) noexcept;
const Node* child(const Node& node, std::string_view key) noexcept;

/// What is at names joined by dots; null if it is not there or has no content.
const Entry* entry_at(const Node& root, std::string_view path) noexcept;
const Node* at(const Node& root, std::string_view path) noexcept;

/// A map's value by its key, made if need be; a node without content becomes a map.
Node& make_child(Node& map, std::string_view key, const Origin& origin);

/// Puts `value` at a path of keys, whatever was there.
void put(Node& root, std::string_view path, Node value);
/// Removes a path, and maps that are empty then. out: was it there?
bool take_out(Node& root, std::string_view path);

/// A setting that cannot be as it is, with its place. Thrown and caught within this module only.
struct BadSetting {
    std::string text;
};
[[noreturn]] void refuse(const Origin& origin, const std::string& what);

}  // namespace sensor::config
