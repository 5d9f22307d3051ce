// SPDX-License-Identifier: Apache-2.0
// A condition and an output format from the command line, as a rule set of one rule.
#pragma once

#include <string>

#include "base/result.hpp"
#include "rules/ruleset.hpp"

namespace sensor::app {

/// condition: empty: every event; fields: of the configuration
/// fails: what is wrong, with the text and a caret below the place
Result<rules::RunningRules> make_query(const std::string& condition, const std::string& output,
                                       const lang::StaticFields& fields = {});

}  // namespace sensor::app
