// SPDX-License-Identifier: Apache-2.0
// Literals of conditions: text to a Constant of the left side's type. Numbers out of the type's
// range are refused (wrapping them silently would make a rule that never means what it says).
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "event/field_table.hpp"
#include "lang/program.hpp"

namespace sensor::lang {

/// Longest text or buffer value, in bytes.
inline constexpr std::size_t kMaxValueBytes = 255;

/// What a literal is compared with.
struct LiteralType {
    ParamType type = ParamType::NONE;
    bool wide = false;  ///< evt.rawarg: the event at hand decides the width, so take 64 bits
};

/// fails: Error with a message for the rule's author
Result<Constant> parse_literal(const LiteralType& type, Op op, std::string_view text);

/// A text constant, unchecked.
Constant text_constant(std::string_view text);

}  // namespace sensor::lang
