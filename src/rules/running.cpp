// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "rules/ruleset.hpp"

namespace sensor::rules {

RunningRules running_rules(const RuleSet& set) {
    lang::Program program;
    program.terms = set.program.terms;
    program.predicates = set.program.predicates;
    program.nodes = set.program.nodes;
    program.conditions = set.program.conditions;
    return {std::make_shared<const lang::Program>(std::move(program)),
            {set.rules.begin(), set.rules.end()}};
}

}  // namespace sensor::rules
