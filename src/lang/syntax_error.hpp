// SPDX-License-Identifier: Apache-2.0
// Why a condition cannot be parsed, for its author: the grammar says where it stopped and what it
// expected there; this finds the token that is wrong, which may stand before, and the way out.
#pragma once

#include <cstddef>
#include <string_view>

#include "lang/parse.hpp"

namespace sensor::lang {

/// offset:    where the grammar stopped, in bytes
/// expecting: a text of grammar/messages.hpp
/// cost:      linear in the text
SyntaxError explain_syntax(std::string_view text, std::size_t offset, std::string_view expecting);

}  // namespace sensor::lang
