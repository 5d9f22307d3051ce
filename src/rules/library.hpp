// SPDX-License-Identifier: Apache-2.0
// Library: everything the files defined so far, as written: lists, macros and rules in order of
// first definition, appends and overrides applied, nothing replaced or checked yet.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "rules/ruleset.hpp"
#include "rules/source_text.hpp"

namespace sensor::rules {

struct ListDef {
    std::string name;
    std::vector<Sourced> items;
    Origin at;
    bool used = false;
};

struct MacroDef {
    std::string name;
    Sourced condition;
    Origin at;
    std::size_t first_seq = 0;   ///< order of definitions over all files
    std::size_t latest_seq = 0;  ///< of the latest definition or append
    std::uint32_t file = 0;      ///< of the latest definition or append
    bool used = false;
};

/// One entry of a tuple of exception values: a text, or a list of texts.
struct ExceptionValue {
    bool is_list = false;
    std::vector<Sourced> texts;
};

struct Exception {
    std::string name;
    Origin at;
    bool scalar = false;  ///< fields is one name, values a flat list
    std::vector<std::string> fields;
    std::vector<std::string> comps;
    std::vector<std::vector<ExceptionValue>> tuples;  ///< scalar: one text each
};

struct RuleDef {
    std::string name;
    std::string description;
    Sourced condition;
    Sourced output;
    Priority priority = Priority::Debug;
    std::string source = "syscall";
    std::vector<std::string> tags;
    bool enabled = true;
    bool warn_evttypes = true;
    bool skip_if_unknown = false;
    bool one_line = false;  ///< of a file of 2016: names mean what they meant then
    bool capture = false;
    std::uint32_t capture_duration_ms = 0;
    std::vector<Exception> exceptions;
    Origin at;
    Origin source_at;        ///< of the name of the source, else of the rule
    std::uint32_t file = 0;  ///< of the latest change
};

struct PluginPlace : PluginRequirement {
    Origin at;
};

/// Items of one kind by name, in order of first definition.
template <typename T>
struct Shelf {
    std::vector<T> items;
    std::unordered_map<std::string, std::size_t> index;
    std::unordered_set<std::string> broken;  ///< named in an item that was refused: not "undefined"

    T* find(const std::string& name) {
        const auto found = index.find(name);
        return found == index.end() ? nullptr : &items[found->second];
    }
    T& add(T item) {
        index.emplace(item.name, items.size());
        items.push_back(std::move(item));
        return items.back();
    }
};

struct Library {
    Shelf<ListDef> lists;
    Shelf<MacroDef> macros;
    Shelf<RuleDef> rules;
    std::size_t seq = 0;
    EngineVersion required_engine;
    std::unordered_set<std::uint32_t> versioned_files;  ///< that say which engine they need
    std::vector<PluginPlace> required_plugins;
    lang::StaticFields static_fields;
};

}  // namespace sensor::rules
