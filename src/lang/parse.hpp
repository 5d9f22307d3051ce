// SPDX-License-Identifier: Apache-2.0
// parse_condition: text to tree, by the PEGTL grammar of grammar/condition.hpp.
#pragma once

#include <string>
#include <string_view>

#include "lang/ast.hpp"

namespace sensor::lang {

struct SyntaxError {
    TextPos pos;          ///< of the token that is wrong
    std::string message;  ///< "unexpected 'fd.name' after 'open', expecting 'or' or 'and'"
    std::string hint;     ///< the way out; may be empty
};

struct ParseResult {
    NodePtr root;  ///< null on error
    std::optional<SyntaxError> error;
};

/// cost: linear in the text for all but pathological nesting; depth is limited, never recursion
///       without bound. No exception leaves.
ParseResult parse_condition(std::string_view text);

struct OperandResult {
    std::optional<Operand> operand;  ///< a field or a transformer; none on error
    std::optional<SyntaxError> error;
};

/// A field or transformer expression alone: "proc.aname[2]", "toupper(proc.name)".
OperandResult parse_expression(std::string_view text);

/// Deepest nesting of parentheses and transformers; more is a syntax error.
inline constexpr unsigned kMaxNesting = 1000;

}  // namespace sensor::lang
