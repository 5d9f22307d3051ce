// SPDX-License-Identifier: Apache-2.0
// Lists, macros and the `override` mapping that all kinds of items share.
#include <algorithm>
#include <cctype>

#include "rules/codes.hpp"
#include "rules/read.hpp"

namespace sensor::rules {
namespace {

bool is_macro_name(std::string_view name) {
    const auto tail = [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
    };
    return !name.empty() && std::isalpha(static_cast<unsigned char>(name[0])) != 0 &&
           std::all_of(name.begin(), name.end(), tail);
}

bool is_list_name(std::string_view name) {
    return !name.empty() && name.find_first_of("()\"' \t\n\v\f\r=,") == std::string_view::npos;
}

bool contains(const std::vector<std::string_view>& all, std::string_view one) {
    return std::find(all.begin(), all.end(), one) != all.end();
}

/// One "key: append" or "key: replace" of an override. fails: false, reported
bool read_override(const Item& item, const OverrideKeys& keys, const std::string& key,
                   const YAML::Node& operation, Overrides& overrides) {
    const Origin at = item.origin(operation);
    const Reporter::Scope scope(item.reporter(), "overrides", key, at);
    const std::string word = operation.IsScalar() ? operation.Scalar() : std::string();
    const bool append = word == "append";
    if (!append && word != "replace") {
        return item.fail(at, "Invalid override operation for key '" + key + "': '" + word + "'",
                         "use append or replace");
    }
    const bool can_append = contains(keys.appendable, key);
    const bool can_replace = contains(keys.replaceable, key);
    if (!can_append && !can_replace) return item.fail(at, "Key '" + key + "' cannot be overridden");
    if (append && !can_append)
        return item.fail(at, "Key '" + key + "' cannot be appended to, use 'replace' instead");
    if (!item.has(key.c_str())) {
        return item.fail(at, std::string(append ? "An append" : "A replace") + " override for '" +
                                 key + "' was specified but '" + key + "' is not defined");
    }
    (append ? overrides.append : overrides.replace).push_back(key);
    return true;
}

/// `append` of an item with the warning it brings; both ways of changing at once are an error.
bool read_append(const Item& item, const Overrides& overrides, bool& ok) {
    const bool append = item.boolean("append", false, ok);
    if (!append) return false;
    item.reporter().warning(code::kDeprecated, item.origin(item.get("append")),
                            "'append' key is deprecated. Add an 'append' entry (e.g. 'condition: "
                            "append') under 'override' instead.");
    if (overrides.any())
        ok = item.fail(item.at(), "Keys 'override' and 'append: true' cannot be used together");
    return true;
}

}  // namespace

bool read_overrides(const Item& item, const OverrideKeys& keys, Overrides& overrides) {
    const YAML::Node node = item.get("override");
    bool ok = true;
    if (node.IsDefined() && !node.IsNull()) {
        if (!node.IsMap())
            return item.fail(item.origin(node),
                             "Value of key 'override' is not a yaml associative array");
        for (const auto& pair : node) {
            const std::string key = pair.first.IsScalar() ? pair.first.Scalar() : std::string();
            ok = read_override(item, keys, key, pair.second, overrides) && ok;
        }
    }
    if (!overrides.any()) return ok;
    for (const std::string_view key : keys.replaceable) {
        const auto listed = [&](const std::vector<std::string>& all) {
            return std::find(all.begin(), all.end(), key) != all.end();
        };
        if (!item.has(std::string(key).c_str()) || listed(overrides.append) ||
            listed(overrides.replace))
            continue;
        const bool mentioned = node[std::string(key)].IsDefined();
        if (!mentioned)
            ok = item.fail(item.origin(item.get(std::string(key).c_str())),
                           "Unexpected key '" + std::string(key) +
                               "': no corresponding entry under 'override' is defined.");
    }
    return ok;
}

void read_list(const Item& item, Library& library) {
    const std::optional<Sourced> name = item.name("list");
    const Reporter::Scope scope(item.reporter(), "list", name ? name->text : "", item.at());
    if (!name) return;
    item.warn_unknown_keys({"list", "items", "append", "override"});
    if (!is_list_name(name->text)) {
        item.reporter().warning(code::kListName, name->at(0),
                                "List has an invalid name. List names should match the regular "
                                "expression: [^()\"'[:space:]=,]+");
    }
    bool ok = true;
    Overrides overrides;
    ok = read_overrides(item, {{"items"}, {"items"}}, overrides);
    const bool append = read_append(item, overrides, ok) || !overrides.append.empty();
    if (!item.has("items")) ok = item.fail(item.at(), "Item has no mapping for key 'items'");
    std::optional<std::vector<Sourced>> items = item.texts("items", ok);
    if (ok && !items)
        ok = item.fail(item.origin(item.get("items")), "Mapping for key 'items' is empty");
    ListDef* existing = library.lists.find(name->text);
    if (ok && append && existing == nullptr) {
        item.reporter().error(
            code::kValidate, item.at(),
            "List has 'append' key or an append override but no list by that name already exists");
        ok = false;
    }
    if (!ok) {
        library.lists.broken.insert(name->text);
        return;
    }
    if (existing == nullptr) {
        library.lists.add({name->text, *std::move(items), item.at(), false});
    } else if (append) {
        existing->items.insert(existing->items.end(), items->begin(), items->end());
    } else {
        existing->items = *std::move(items);
        existing->at = item.at();
    }
}

void read_macro(const Item& item, Library& library) {
    const std::optional<Sourced> name = item.name("macro");
    const Reporter::Scope scope(item.reporter(), "macro", name ? name->text : "", item.at());
    if (!name) return;
    item.warn_unknown_keys({"macro", "condition", "append", "override"});
    if (!is_macro_name(name->text)) {
        item.reporter().warning(code::kMacroName, name->at(0),
                                "Macro has an invalid name. Macro names should match the regular "
                                "expression: [a-zA-Z]+[a-zA-Z0-9_]*");
    }
    Overrides overrides;
    bool ok = read_overrides(item, {{"condition"}, {"condition"}}, overrides);
    const bool append = read_append(item, overrides, ok) || !overrides.append.empty();
    std::optional<Sourced> condition = item.required_text("condition");
    MacroDef* existing = library.macros.find(name->text);
    if (ok && condition && append && existing == nullptr) {
        item.reporter().error(code::kValidate, item.at(),
                              "Macro has 'append' key or an append override but no macro by that "
                              "name already exists");
        ok = false;
    }
    if (!ok || !condition) {
        library.macros.broken.insert(name->text);
        return;
    }
    const std::size_t seq = library.seq++;
    if (existing == nullptr) {
        library.macros.add(
            {name->text, *std::move(condition), item.at(), seq, seq, item.file(), false});
        return;
    }
    existing->latest_seq = seq;
    existing->file = item.file();
    if (append) {
        existing->condition.append(" ", condition->at(0));
        existing->condition.append(*condition);
    } else {
        existing->condition = *std::move(condition);
        existing->at = item.at();
    }
}

}  // namespace sensor::rules
