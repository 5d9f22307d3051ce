// SPDX-License-Identifier: Apache-2.0
// Small helpers on syntax trees and quoted texts, for lang/ and rules/.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "lang/ast.hpp"

namespace sensor::lang {

/// The text inside `quoted` (with its quotes), escapes resolved.
/// fails: nullopt, `bad` is the offset of the wrong escape
std::optional<std::string> unquote(std::string_view quoted, std::size_t& bad);

/// A value as it is written into canonical text: in double quotes only where it must be.
std::string quote_if_needed(std::string_view value);

std::string to_text(const Operand& operand);

}  // namespace sensor::lang
