// SPDX-License-Identifier: Apache-2.0
// Reading of items into the library, one function a kind. Each reports what is wrong and leaves
// the library as it was then. Called by load.cpp in file order.
#pragma once

#include "rules/item.hpp"
#include "rules/library.hpp"

namespace sensor::rules {

void read_list(const Item& item, Library& library);
void read_macro(const Item& item, Library& library);
void read_rule(const Item& item, Library& library);
void read_engine_version(const Item& item, Library& library);
void read_plugin_versions(const Item& item, Library& library);

/// Entries of `exceptions`. define: fields are required; else (append) existing names may bring
/// values only. `known`: fields beside the table's; null: the rule's source is unknown, so field
/// names cannot be judged.
/// out: false if something was wrong
bool read_exceptions(const Item& item, bool define, const lang::StaticFields* known,
                     std::vector<Exception>& exceptions);

/// What `override` of an item asks for, by key.
struct Overrides {
    std::vector<std::string> append, replace;
    bool any() const { return !append.empty() || !replace.empty(); }
};
struct OverrideKeys {
    std::vector<std::string_view> appendable, replaceable;
};
/// fails: false, reported
bool read_overrides(const Item& item, const OverrideKeys& keys, Overrides& overrides);

/// "1.2.3" or, as the engine's own, "57" for 0.57.0. fails: false
bool parse_version(std::string_view text, bool plain_number, EngineVersion& version);
std::string to_text(const EngineVersion& version);

}  // namespace sensor::rules
