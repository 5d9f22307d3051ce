// SPDX-License-Identifier: Apache-2.0
#include "rules/select.hpp"

#include <algorithm>

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

void apply_selections(const std::vector<Selection>& selections, Library& library) {
    for (const Selection& selection : selections) {
        for (RuleDef& rule : library.rules.items) {
            const bool by_name = !selection.rule_pattern.empty() &&
                                 wildcard_match(selection.rule_pattern, rule.name);
            const bool by_tag =
                !selection.tag.empty() &&
                std::find(rule.tags.begin(), rule.tags.end(), selection.tag) != rule.tags.end();
            if (by_name || by_tag) rule.enabled = selection.enable;
        }
    }
}

}  // namespace sensor::rules
