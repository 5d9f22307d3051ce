// SPDX-License-Identifier: Apache-2.0
// Rule sets of any size that look like those people run: the operators, fields, lists and macros of
// public rule files, in about their shares, a dozen checks a rule. The same number and seed make
// the same text everywhere.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace sensor::bench {

/// A rules file of so many rules, as YAML.
std::string make_rules_text(std::size_t rules, std::uint32_t seed);

/// Names of programs: those of lists and conditions, then as many that no rule names.
const std::vector<std::string>& program_names();
/// Paths that rules look for.
const std::vector<std::string>& wanted_paths();

}  // namespace sensor::bench
