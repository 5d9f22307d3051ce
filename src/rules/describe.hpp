// SPDX-License-Identifier: Apache-2.0
// Listings of a loaded rule set (-L, -l): a table of rules, or all that is known of rules, macros
// and lists as one JSON object. Scripts read both. Needs a set loaded with LoadOptions::describe.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "base/result.hpp"
#include "rules/ruleset.hpp"

namespace sensor::rules {

/// `rule`: only this one; empty: all, in order of definition.
/// fails: no rule of that name
Result<std::string> describe_text(const RuleSet& set, const std::string& rule);

/// The same as an object: `rules`, and without `rule` also `macros`, `lists` and what is required.
Result<nlohmann::json> describe_json(const RuleSet& set, const std::string& rule);

}  // namespace sensor::rules
