// SPDX-License-Identifier: Apache-2.0
#include "rules/select.hpp"

#include <regex.h>

#include <algorithm>
#include <memory>

namespace sensor::rules {

bool wildcard_match(std::string_view pattern, std::string_view name) {
    std::size_t star = pattern.find('*');
    if (star == std::string_view::npos) return pattern == name;
    if (!name.starts_with(pattern.substr(0, star))) return false;
    std::size_t at = star;
    while (star != std::string_view::npos) {
        pattern.remove_prefix(star + 1);
        star = pattern.find('*');
        const std::string_view piece = pattern.substr(0, star);
        if (piece.empty()) {
            if (star == std::string_view::npos) return true;  // ends with a star
            continue;
        }
        const std::size_t hit = name.find(piece, at);
        if (hit == std::string_view::npos) return false;
        at = hit + piece.size();
    }
    return at == name.size();
}

namespace {

using Regex = std::unique_ptr<regex_t, decltype([](regex_t* regex) {
                                  ::regfree(regex);
                                  delete regex;
                              })>;

/// Null for an empty text, and for one that is_regex refuses.
Regex make_regex(const std::string& text) {
    auto plain = std::make_unique<regex_t>();
    if (text.empty() || ::regcomp(plain.get(), text.c_str(), REG_EXTENDED | REG_NOSUB) != 0)
        return nullptr;
    return Regex(plain.release());
}

bool matches(const Regex& regex, const std::string& name) {
    return regex != nullptr && ::regexec(regex.get(), name.c_str(), 0, nullptr, 0) == 0;
}

}  // namespace

bool is_regex(const std::string& text) { return make_regex(text) != nullptr; }

void apply_selections(const std::vector<Selection>& selections, Library& library) {
    for (const Selection& selection : selections) {
        const Regex regex = make_regex(selection.name_regex);
        for (RuleDef& rule : library.rules.items) {
            const bool by_name =
                matches(regex, rule.name) || (!selection.rule_pattern.empty() &&
                                              wildcard_match(selection.rule_pattern, rule.name));
            const bool by_tag =
                !selection.tag.empty() &&
                std::find(rule.tags.begin(), rule.tags.end(), selection.tag) != rule.tags.end();
            if (by_name || by_tag) rule.enabled = selection.enable;
        }
    }
}

}  // namespace sensor::rules
