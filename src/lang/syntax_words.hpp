// SPDX-License-Identifier: Apache-2.0
// Tokens judged by the tables of the language, and sentences made of them. Used by
// syntax_error.cpp only.
#pragma once

#include <string>
#include <string_view>

#include "lang/tokens.hpp"

namespace sensor::lang {

/// In single quotes, shortened if long.
std::string in_quotes(std::string_view text);
/// A quoted text without its quotes.
std::string_view inside(std::string_view text);
bool is_number(std::string_view text);

bool is_boolean(const Token& token);   ///< and, or, not
bool is_operator(const Token& token);  ///< a comparison operator
bool takes_list(const Token& token);   ///< in, intersects, pmatch
bool takes_value(const Token& token);  ///< any operator with a right side
/// The spelt-out operator that `word` begins with, the rest being something else; "" if none.
std::string_view operator_inside(std::string_view word);

/// The words from `begin` on that may be meant as one value: up to and, or, not, an unmatched ')'.
std::string_view phrase(std::string_view text, std::size_t begin);
/// "(a, b)" of "a, b", "[a, b]" or "(a, b".
std::string list_text(std::string_view items);

/// How to compare a field with one of several values, in place of `op`.
std::string several_hint(const std::string& field, std::string_view op, const std::string& items);
/// For a word that is compared like a field and is written like none.
std::string field_like_hint(std::string_view word);
/// For a field that is compared with nothing.
std::string alone_hint(const std::string& field);
std::string transformer_hint(std::string_view name);

}  // namespace sensor::lang
