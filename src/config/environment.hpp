// SPDX-License-Identifier: Apache-2.0
// ${NAME} in values of configuration files. For config.cpp; values of -o are left as they are.
#pragma once

#include <string>
#include <string_view>

#include "config/tree.hpp"

namespace sensor::config {

/// ${NAME} becomes the variable's value, or nothing if it is not set; the result is scanned again.
/// $${NAME} stays as ${NAME}; $NAME, and all from a ${ without }, stay as they are.
/// in:     origin: gets the names of variables, for messages and --print-config
/// throws: BadSetting: a variable that names itself
std::string expand_environment(std::string_view text, Origin& origin);

/// Expands every text of the tree; keys are not touched.
void expand_environment(Node& node);

}  // namespace sensor::config
