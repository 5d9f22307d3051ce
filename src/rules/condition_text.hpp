// SPDX-License-Identifier: Apache-2.0
// Condition texts whose list names are replaced: parsed, with messages that speak of the lists, and
// values in them that are nearly the name of a list.
#pragma once

#include <functional>

#include "lang/ast.hpp"
#include "rules/library.hpp"
#include "rules/reporter.hpp"

namespace sensor::rules {

/// fails: null, reported
lang::NodePtr parse_condition_text(const Sourced& text, const Library& library, Reporter& reporter);

/// Warns of plain values written like a list that is there, or like a macro: the misspelt name of a
/// list compares with that name. `text` is the one `tree` was parsed from.
void warn_of_names(const lang::Node& tree, const Sourced& text, const Library& library,
                   Reporter& reporter);

}  // namespace sensor::rules
