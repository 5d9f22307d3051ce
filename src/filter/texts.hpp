// SPDX-License-Identifier: Apache-2.0
// The filter of an event without a compiler: a table of texts, one of which every wanted name has.
#pragma once

#include <optional>
#include <vector>

#include "event/kernel_filter.hpp"
#include "filter/kernel_part.hpp"

namespace sensor::filter {

/// Each once. An event without any of them in any of its names is wanted by no rule; nothing if the
/// part cannot be put so.
std::optional<std::vector<FilterText>> wanted_texts(const EventPart& part);

}  // namespace sensor::filter
