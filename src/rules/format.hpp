// SPDX-License-Identifier: Apache-2.0
// The canonical layout of rules files: keys of an item in one order, long conditions a line a part,
// quotes only where they are needed. Comments and the lines between items stay; the meaning never
// changes, which is checked on every file before it is given out.
#pragma once

#include <string>

#include "rules/ruleset.hpp"

namespace sensor::rules {

/// A YAML rules file laid out.
/// fails: Error "FILE:LINE:COLUMN: why" for what is no YAML or cannot be laid out without harm
///        (anchors, tags, comments in odd places)
Result<std::string> format_rules(const SourceFile& file);

/// A condition laid out as in a rule, lines ending in a newline. Any text; what cannot be parsed is
/// broken at blanks only.
std::string format_condition(std::string_view condition);

}  // namespace sensor::rules
