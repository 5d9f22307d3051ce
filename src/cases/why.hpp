// SPDX-License-Identifier: Apache-2.0
// Why an expected alert of a failed case was not raised.
#pragma once

#include "cases/run.hpp"

namespace sensor::cases {

/// Adds to the failure's notes a sentence for each rule that its difference misses.
void add_reasons(const CaseFile& file, const Case& test, const rules::RuleSet& ruleset,
                 Failure& failure);

}  // namespace sensor::cases
