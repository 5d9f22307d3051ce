// SPDX-License-Identifier: Apache-2.0
// Item: one mapping of a rules file with typed access to its keys. What is wrong is reported at
// its place; callers only see "not there". yaml-cpp stays inside rules/.
#pragma once

#include <yaml-cpp/yaml.h>

#include <optional>
#include <set>

#include "rules/reporter.hpp"

namespace sensor::rules {

class Item {
public:
    Item(const YAML::Node& node, std::uint32_t file, Reporter& reporter)
        : node_(node), file_(file), reporter_(reporter) {}

    Origin at() const { return origin(node_); }
    Origin origin(const YAML::Node& node) const;
    Reporter& reporter() const { return reporter_; }
    std::uint32_t file() const { return file_; }

    bool has(const char* key) const { return get(key).IsDefined(); }
    /// Where the key itself stands; where the item begins if it is not there.
    Origin key_at(std::string_view key) const;
    YAML::Node get(const char* key) const;

    /// A text that must be there and not be empty. fails: nullopt, reported
    std::optional<Sourced> required_text(const char* key) const;
    /// The name of a rule, macro or list: the text of the key of that kind. fails: likewise
    std::optional<Sourced> name(const char* kind) const;
    /// A text if the key is there and not null. fails: `ok` false, reported
    std::optional<Sourced> text(const char* key, bool& ok) const;
    bool boolean(const char* key, bool fallback, bool& ok) const;
    std::uint32_t number(const char* key, bool& ok) const;
    /// A sequence of scalars; nullopt if the key is absent or null. fails: `ok` false, reported
    std::optional<std::vector<Sourced>> texts(const char* key, bool& ok) const;
    /// A scalar as a text with its source.
    Sourced scalar(const YAML::Node& node) const;

    /// One error for all of `keys` that are not there; it points at a key that is misspelt.
    /// hint: if none is
    /// out: false if one is missing
    bool require(std::initializer_list<const char*> keys, std::string hint = {}) const;
    /// Warns about keys that items of this kind ("rule", "macro", ...) do not have or have twice.
    void warn_unknown_keys(std::string_view kind) const;
    bool fail(Origin at, std::string message, std::string hint = {}) const;
    /// The same of the value of a key.
    bool fail_value(const char* key, const YAML::Node& value, std::string message,
                    std::string hint = {}) const;

private:
    const YAML::Node& node_;
    std::uint32_t file_;
    Reporter& reporter_;
    mutable std::set<std::string> misspelt_;  // keys reported as missing ones
};

}  // namespace sensor::rules
