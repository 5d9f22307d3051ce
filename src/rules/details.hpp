// SPDX-License-Identifier: Apache-2.0
// What a condition names, taken from its tree: for listings.
#pragma once

#include <string>
#include <vector>

#include "lang/check.hpp"
#include "rules/ruleset.hpp"

namespace sensor::rules {

void sort_unique(std::vector<std::string>& names);

/// Fields and operators of a tree without macros, and the events it can hold for.
ConditionDetails details_of(const lang::Node& tree, const lang::Checked& checked);

}  // namespace sensor::rules
