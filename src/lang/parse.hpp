// SPDX-License-Identifier: Apache-2.0
// parse_condition: text to tree, by the PEGTL grammar of grammar/condition.hpp.
#pragma once

#include <string>
#include <string_view>

#include "lang/ast.hpp"

namespace sensor::lang {

struct SyntaxError {
    TextPos pos;
    std::string message;  ///< what was found and what was expected
};

struct ParseResult {
    NodePtr root;                      ///< null on error
    std::optional<SyntaxError> error;
};

/// cost: linear in the text for all but pathological nesting; depth is limited, never recursion
///       without bound. No exception leaves.
ParseResult parse_condition(std::string_view text);

}  // namespace sensor::lang
