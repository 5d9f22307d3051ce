// SPDX-License-Identifier: Apache-2.0
// Coverage: which rows of the tables the cases touch. A field or operator counts when it stands in
// the condition (a field also in the output) of a rule that some case expects to fire, an event
// when some case sends it.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "cases/run.hpp"

namespace sensor::cases {

struct Coverage {
    std::set<std::string> fields, operators, modifiers, transformers, events;
    std::set<std::string> arguments;     ///< fields with the name they were asked for: evt.arg.path
    std::set<std::string> fired, quiet;  ///< rules of files (not inline) by what the cases expect

    void add(const World& world, const Case& test, const rules::RuleSet& ruleset);
    /// Prints the shares. floor_file: "FIELD name", "OPERATOR text", "EVENT name", one a line,
    /// which must be covered. out: number of floor lines that are not
    std::size_t report(const std::string& floor_file) const;
};

}  // namespace sensor::cases
