// SPDX-License-Identifier: Apache-2.0
// Which rules run: the config's enable and disable entries, in order.
#pragma once

#include <string_view>

#include "rules/library.hpp"

namespace sensor::rules {

/// `*` stands for any text. Pieces between stars are looked for from the left, each at its first
/// occurrence, as the peer does: "*a*b" does not match "a b c b".
bool wildcard_match(std::string_view pattern, std::string_view name);

void apply_selections(const std::vector<Selection>& selections, Library& library);

}  // namespace sensor::rules
