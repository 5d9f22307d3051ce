// SPDX-License-Identifier: Apache-2.0
// check: resolves a condition tree (macros already replaced) into the shared Program: names, types,
// operator rules, literals. Every problem is reported, not only the first.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lang/ast.hpp"
#include "lang/diagnostic.hpp"
#include "lang/program.hpp"

namespace sensor::lang {

/// A problem inside one condition text; the caller knows the file and the rule around it.
struct Problem {
    Severity severity = Severity::Error;
    std::string code;
    TextPos pos;
    std::string message;
    std::string hint;
    bool unknown_filter =
        false;  ///< unknown field or event type: skip-if-unknown-filter forgives it
    std::string deprecated_field{};  ///< the field a warning is about
};

struct Checked {
    bool ok = false;
    std::uint32_t root = 0;
    EventSet events;
    std::vector<Problem> problems;
};

/// Deepest tree after macros are replaced: walks over trees are recursive everywhere.
inline constexpr unsigned kMaxTreeDepth = 1000;

/// Adds the condition's terms, predicates and nodes to `program` (not to program.conditions).
Checked check_condition(const Node& root, Program& program);

/// Parses and resolves a field or transformer expression of an output text, such as
/// "proc.aname[2]" or "toupper(proc.name)".
struct CheckedTerm {
    bool ok = false;
    std::uint32_t term = 0;
    std::string message;  ///< if not ok
    std::string hint;
    bool unknown_field = false;
    std::vector<Problem> warnings;  ///< deprecated fields
};
CheckedTerm check_output_term(std::string_view text, Program& program);

}  // namespace sensor::lang
