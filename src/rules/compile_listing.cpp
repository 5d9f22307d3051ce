// SPDX-License-Identifier: Apache-2.0
// What becomes of macros and lists, for listings.
#include <algorithm>

#include "rules/compile.hpp"
#include "rules/details.hpp"

namespace sensor::rules {

void Compiler::describe(ListExpander& lists, MacroTable& macros, RuleSet& set) {
    for (std::size_t k = 0; k < library_.macros.items.size(); ++k) {
        const MacroDef& def = library_.macros.items[k];
        const lang::Position position = reporter_.files().position(def.at);
        MacroInfo info;
        info.name = def.name;
        info.condition = def.condition.text;
        if (const lang::NodePtr tree = macros.tree(k)) {
            info.condition_compiled = to_text(*tree);
            lang::Program scratch = empty_program();
            if (options_.describe)
                info.details = details_of(*tree, lang::check_condition(*tree, scratch));
        }
        info.macros = macros.macros_named(k);
        info.lists = macros.lists_named(k);
        info.used = def.used;
        info.file = position.file;
        info.line = position.line;
        set.macros.push_back(std::move(info));
    }
    for (std::size_t k = 0; k < library_.lists.items.size(); ++k) {
        const ListDef& def = library_.lists.items[k];
        const lang::Position position = reporter_.files().position(def.at);
        ListInfo info;
        info.name = def.name;
        for (const Sourced& item : def.items) {
            info.items.push_back(item.text);
            if (item.text != def.name && library_.lists.index.contains(item.text))
                info.lists.push_back(item.text);
        }
        info.items_compiled = lists.items(k);
        info.used = def.used;
        info.file = position.file;
        info.line = position.line;
        std::sort(info.lists.begin(), info.lists.end());
        set.lists.push_back(std::move(info));
    }
}

}  // namespace sensor::rules
