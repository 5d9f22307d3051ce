// SPDX-License-Identifier: Apache-2.0
// What `compile` prints for people: syntax trees and the plan of evaluation.
#pragma once

#include <string>

#include "base/result.hpp"
#include "rulec/command.hpp"

namespace sensor::rulec {

/// Syntax trees of all macros and rules, as written: names are not looked up.
/// fails: Error with the problems of syntax, as text for people
Result<std::string> ast_text(const LoadedRules& loaded);
Result<std::string> ast_json(const LoadedRules& loaded);

/// Per event type the rules judged, in order; predicates and what they cost; what is decided in
/// the kernel.
std::string plan_text(const rules::RuleSet& set);
std::string plan_json(const rules::RuleSet& set);

}  // namespace sensor::rulec
