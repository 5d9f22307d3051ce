// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <tuple>

#include "lang/event_set.hpp"
#include "rulec/listing.hpp"
#include "rulec/terminal.hpp"
#include "rulec/wrap.hpp"
#include "rules/format_condition.hpp"

namespace sensor::rulec {
namespace {

using Json = nlohmann::ordered_json;

std::string place(const std::string& file, std::size_t line) {
    return file + ":" + std::to_string(line);
}

Json rule_json(const rules::Rule& rule, const rules::RuleSet& set, bool active) {
    Json out;
    out["rule"] = rule.name;
    out["description"] = rule.description;
    out["priority"] = to_text(rule.priority);
    out["active"] = active;
    out["enabled"] = rule.enabled;
    out["source"] = rule.source;
    out["tags"] = rule.tags;
    out["event_types"] = Json::array();
    if (active) {
        const lang::EventSet& events = set.program.conditions[rule.condition_idx].events;
        if (!(events == lang::EventSet::all())) out["event_types"] = lang::names_of(events);
    }
    out["macros"] = rule.macros;
    out["lists"] = rule.lists;
    out["exceptions"] = rule.exception_names;
    out["condition"] = rule.condition;
    out["output"] = rule.output;
    out["file"] = rule.file;
    out["line"] = rule.line;
    return out;
}

}  // namespace

Listing list_rules(const rules::RuleSet& set) {
    Listing listing;
    Columns columns({false, false, false});
    columns.add({"PRIORITY", "RULE", "TAGS"});
    for (const rules::Rule& rule : set.rules) {
        columns.add({std::string(to_text(rule.priority)), rule.name, joined(rule.tags)});
        listing.json.push_back(rule_json(rule, set, true));
    }
    for (const rules::Rule& rule : set.idle) {
        columns.add(
            {std::string(to_text(rule.priority)), rule.name + " (not active)", joined(rule.tags)});
        listing.json.push_back(rule_json(rule, set, false));
    }
    listing.text = columns.text(0) + "\n" + counted(set.rules.size(), "active rule") + ", " +
                   std::to_string(set.idle.size()) + " not active\n";
    return listing;
}

Listing list_macros(const rules::RuleSet& set) {
    Listing listing;
    for (const rules::MacroInfo& macro : set.macros) {
        listing.text += macro.name + (macro.used ? "" : " (unused)") + "  " +
                        place(macro.file, macro.line) + "\n    " +
                        wrapped_words(rules::condition_line(macro.condition), 4, 4);
        listing.json.push_back({{"macro", macro.name},
                                {"condition", macro.condition},
                                {"condition_compiled", macro.condition_compiled},
                                {"macros", macro.macros},
                                {"lists", macro.lists},
                                {"used", macro.used},
                                {"file", macro.file},
                                {"line", macro.line}});
    }
    return listing;
}

Listing list_lists(const rules::RuleSet& set) {
    Listing listing;
    for (const rules::ListInfo& list : set.lists) {
        listing.text += list.name + (list.used ? "" : " (unused)") + "  " +
                        counted(list.items_compiled.size(), "item") + "  " +
                        place(list.file, list.line) + "\n";
        if (!list.items.empty()) listing.text += wrapped_list(list.items, 4);
        listing.json.push_back({{"list", list.name},
                                {"items", list.items},
                                {"items_compiled", list.items_compiled},
                                {"lists", list.lists},
                                {"used", list.used},
                                {"file", list.file},
                                {"line", list.line}});
    }
    return listing;
}

}  // namespace sensor::rulec
