// SPDX-License-Identifier: Apache-2.0
// Exceptions as condition text: a rule's condition becomes "(condition) and not (...)" before lists
// are replaced and anything is parsed, so values may name lists.
#pragma once

#include "rules/library.hpp"

namespace sensor::rules {

/// An operator of `comps` with single blanks, such as "startswith oneof"; "" if it is none.
std::string canonical_comp(std::string_view written);
/// Does the right side of this operator stand in parentheses?
bool takes_list(std::string_view comp);
/// A value with a blank in it is quoted, unless it begins with a quote.
std::string quote_blanks(std::string_view value);

/// The condition of a rule with its exceptions.
Sourced with_exceptions(const RuleDef& rule);

}  // namespace sensor::rules
