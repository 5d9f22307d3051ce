// SPDX-License-Identifier: Apache-2.0
// Declares one function for every row of grammar/fields.def. A row whose function is missing is a
// link error that names it.
#pragma once

#include "fields/context.hpp"

namespace sensor::fields::extract {

#define FIELD(id, text, type, argument, cls, flags, format, doc) \
    Value id(const Context& c, const FieldArg& arg) noexcept;
#include "../../grammar/fields.def"
#undef FIELD

}  // namespace sensor::fields::extract
