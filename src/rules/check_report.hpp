// SPDX-License-Identifier: Apache-2.0
// The report of `falco-rulec check FILE...`: per file whether it is good, with every problem, its
// place and a hint.
#pragma once

#include <string>
#include <vector>

#include "rules/ruleset.hpp"

namespace sensor::rules {

struct CheckReport {
    std::string text;   ///< for stdout
    int exit_code = 0;  ///< 0: no errors (warnings allowed), 1: errors
};

/// `files` are those that were given to load_rules, in that order.
CheckReport check_report(const RuleSet& set, const std::vector<SourceFile>& files);

/// Just the text of check_report.
std::string report_text(const RuleSet& set, const std::vector<SourceFile>& files);

}  // namespace sensor::rules
