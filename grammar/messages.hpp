// SPDX-License-Identifier: Apache-2.0
// What a rule author may write where a rule of condition.hpp must match and does not. Completes
// the sentence "unexpected 'y' after 'x', expecting ...". A rule under `must` without a row here
// does not compile.
#pragma once

#include "output.hpp"

namespace sensor::grammar {

template <typename Rule>
inline constexpr const char* expected = nullptr;

template <> inline constexpr auto expected<closing_quote> = "'\"'";
template <> inline constexpr auto expected<closing_single_quote> = "\"'\"";
template <> inline constexpr auto expected<argument_text> = "a field argument";
template <> inline constexpr auto expected<closing_bracket> = "']'";
template <> inline constexpr auto expected<closing_parenthesis> = "',' or ')'";
template <> inline constexpr auto expected<operand> =
    "a field, a quoted text, a number, a list or a transformer";
template <> inline constexpr auto expected<list_operand> =
    "a field, a quoted text, a number or a transformer";
template <> inline constexpr auto expected<field> = "a field name";
template <> inline constexpr auto expected<left_side> = "a field or a transformer";
template <> inline constexpr auto expected<list_item> = "a list value";
template <> inline constexpr auto expected<number_value> = "a number, 'val(' or a transformer";
template <> inline constexpr auto expected<text_value> = "a value, 'val(' or a transformer";
template <> inline constexpr auto expected<list_value> = "'(', a name, 'val(' or a transformer";
template <> inline constexpr auto expected<operator_and_right> = "a comparison operator";
template <> inline constexpr auto expected<negation> = "'not', '(', a field or a macro name";
template <> inline constexpr auto expected<conjunction> = expected<negation>;
template <> inline constexpr auto expected<disjunction> = expected<negation>;
template <> inline constexpr auto expected<group_end> = "'or', 'and' or ')'";
template <> inline constexpr auto expected<end_of_condition> = "'or' or 'and'";
template <> inline constexpr auto expected<end_of_expression> = "the end of the expression";
template <> inline constexpr auto expected<output_token> = "a field name";

}  // namespace sensor::grammar
