// SPDX-License-Identifier: Apache-2.0
// Lists, macros and the `override` mapping that all kinds of items share.
#include <algorithm>
#include <cctype>

#include "lang/similar.hpp"
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

std::string joined(const std::vector<std::string_view>& words) {
    std::string text;
    for (const std::string_view word : words)
        text += (text.empty() ? "" : ", ") + std::string(word);
    return text;
}

bool contains(const std::vector<std::string_view>& all, std::string_view one) {
    return std::find(all.begin(), all.end(), one) != all.end();
}

/// One "key: append" or "key: replace" of an override. fails: false, reported
bool read_override(const Item& item, const OverrideKeys& keys, const YAML::Node& name,
                   const YAML::Node& operation, Overrides& overrides) {
    const std::string key = name.IsScalar() ? name.Scalar() : std::string();
    const Origin at = item.origin(operation);
    const Reporter::Scope scope(item.reporter(), "overrides", key, at);
    const std::string word = operation.IsScalar() ? operation.Scalar() : std::string();
    const bool append = word == "append";
    const bool can_append = contains(keys.appendable, key);
    if (!can_append && !contains(keys.replaceable, key)) {
        std::string hint = lang::did_you_mean(key, keys.replaceable);
        if (hint.empty()) hint = "keys that can: " + joined(keys.replaceable);
        return item.fail(item.origin(name), "key '" + key + "' cannot be overridden",
                         std::move(hint));
    }
    if (!append && word != "replace") {
        const std::string near = lang::did_you_mean(word, {"append", "replace"});
        return item.fail(at, "'" + word + "' is no way to override '" + key + "'",
                         near.empty() ? "write append or replace" : near);
    }
    if (append && !can_append)
        return item.fail(at, "key '" + key + "' cannot be appended to", "write replace");
    if (!item.has(key.c_str())) {
        return item.fail(item.origin(name),
                         "'override' names '" + key + "', and the item has no key '" + key + "'",
                         "add '" + key + ": ...' beside 'override'");
    }
    (append ? overrides.append : overrides.replace).push_back(key);
    return true;
}

/// `append` of an item; both ways of changing at once are an error.
bool read_append(const Item& item, const Overrides& overrides, bool& ok) {
    const bool append = item.boolean("append", false, ok);
    if (append && overrides.any())
        ok = item.fail(item.key_at("append"), "'append' and 'override' exclude each other",
                       "leave 'append: true' out, 'override' says it all");
    return append;
}

void warn_of_append(const Item& item, std::string_view key) {
    item.reporter().warning(code::kDeprecated, item.origin(item.get("append")),
                            "'append' is deprecated",
                            "write 'override: {" + std::string(key) + ": append}'");
}

/// Nothing to append to. out: false, reported unless what was named is broken
template <typename T>
bool nothing_there(const Item& item, const Sourced& name, const char* kind, const Shelf<T>& shelf) {
    if (shelf.broken.contains(name.text)) return false;
    std::vector<std::string_view> names;
    for (const T& one : shelf.items) names.push_back(one.name);
    item.reporter().error(
        code::kValidate, name.at(0),
        std::string("nothing to append to: there is no ") + kind + " '" + name.text + "'",
        lang::did_you_mean(name.text, names));
    return false;
}

}  // namespace

bool read_overrides(const Item& item, const OverrideKeys& keys, Overrides& overrides) {
    const YAML::Node node = item.get("override");
    bool ok = true;
    if (node.IsDefined() && !node.IsNull()) {
        if (!node.IsMap())
            return item.fail(item.origin(node), "the value of key 'override' is not a map",
                             "say of each key what happens: {condition: append}");
        for (const auto& pair : node)
            ok = read_override(item, keys, pair.first, pair.second, overrides) && ok;
    }
    if (!ok || !overrides.any()) return ok;
    for (const std::string_view key : keys.replaceable) {
        const auto listed = [&](const std::vector<std::string>& all) {
            return std::find(all.begin(), all.end(), key) != all.end();
        };
        if (!item.has(std::string(key).c_str()) || listed(overrides.append) ||
            listed(overrides.replace))
            continue;
        const std::string name(key);
        ok = item.fail(item.key_at(key), "key '" + name + "' is not named under 'override'",
                       "add '" + name + ": replace' there");
    }
    return ok;
}

void read_list(const Item& item, Library& library) {
    const std::optional<Sourced> name = item.name("list");
    const Reporter::Scope scope(item.reporter(), "list", name ? name->text : "", item.at());
    if (!name) return;
    if (!is_list_name(name->text)) {
        item.reporter().warning(code::kListName, name->at(0),
                                "the name '" + name->text + "' is not one for a list",
                                "leave out quotes, parentheses, '=', ',' and blanks");
    }
    bool ok = true;
    Overrides overrides;
    ok = read_overrides(item, {{"items"}, {"items"}}, overrides);
    const bool deprecated = read_append(item, overrides, ok);
    const bool append = deprecated || !overrides.append.empty();
    if (!item.has("items")) ok = item.require({"items"}, "an empty list is written 'items: []'");
    std::optional<std::vector<Sourced>> items = item.texts("items", ok);
    if (ok && !items)
        ok = item.fail(item.key_at("items"), "key 'items' has no value",
                       "an empty list is written 'items: []'");
    item.warn_unknown_keys("list");
    ListDef* existing = library.lists.find(name->text);
    if (ok && append && existing == nullptr) ok = nothing_there(item, *name, "list", library.lists);
    if (!ok) {
        library.lists.broken.insert(name->text);
        return;
    }
    if (deprecated) warn_of_append(item, "items");
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
    const bool usable = is_macro_name(name->text);
    if (!usable) {
        item.reporter().warning(code::kMacroName, name->at(0),
                                "the name '" + name->text + "' is not one for a macro",
                                "begin with a letter, go on with letters, digits and '_'");
    }
    Overrides overrides;
    bool ok = read_overrides(item, {{"condition"}, {"condition"}}, overrides);
    const bool deprecated = read_append(item, overrides, ok);
    const bool append = deprecated || !overrides.append.empty();
    std::optional<Sourced> condition = item.required_text("condition");
    item.warn_unknown_keys("macro");
    MacroDef* existing = library.macros.find(name->text);
    if (ok && condition && append && existing == nullptr)
        ok = nothing_there(item, *name, "macro", library.macros);
    if (!ok || !condition) {
        library.macros.broken.insert(name->text);
        return;
    }
    if (deprecated) warn_of_append(item, "condition");
    const std::size_t seq = library.seq++;
    if (existing == nullptr) {
        // A name that no condition can hold is not also called unused.
        library.macros.add(
            {name->text, *std::move(condition), item.at(), seq, seq, item.file(), !usable});
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
