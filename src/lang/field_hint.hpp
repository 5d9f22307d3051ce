// SPDX-License-Identifier: Apache-2.0
// What to write instead of a field that is there but not used as it can be.
#pragma once

#include <string>
#include <string_view>

#include "lang/ast.hpp"

namespace sensor::lang {

/// "write container.label[app]" for a key that is written behind a dot; "" if that is not it.
std::string keyed_field_hint(std::string_view name);

/// For a field that resolve_field() refuses: the forms it has, or the names that are near.
std::string field_hint(const FieldUse& use);

}  // namespace sensor::lang
