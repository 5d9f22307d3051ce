// SPDX-License-Identifier: Apache-2.0
// What `list` prints: of the language from the tables of grammar/, of rules files from the loaded
// set.
#pragma once

#include <string>
#include <string_view>

#include "output/json.hpp"
#include "rulec/command.hpp"

namespace sensor::rulec {

struct Listing {
    std::string text;
    nlohmann::ordered_json json = nlohmann::ordered_json::array();
};

struct ListKind {
    std::string_view name;
    bool of_rules;  ///< false: takes no rules files, the set is empty
    Listing (*make)(const rules::RuleSet& set);
};

Listing list_fields(const rules::RuleSet&);
Listing list_events(const rules::RuleSet&);
Listing list_operators(const rules::RuleSet&);
Listing list_transformers(const rules::RuleSet&);
Listing list_priorities(const rules::RuleSet&);
Listing list_rules(const rules::RuleSet& set);
Listing list_macros(const rules::RuleSet& set);
Listing list_lists(const rules::RuleSet& set);
/// Tactics in ATT&CK's order, also those without a rule; techniques by number.
Listing list_mitre(const rules::RuleSet& set);

}  // namespace sensor::rulec
