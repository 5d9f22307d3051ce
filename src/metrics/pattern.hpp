// SPDX-License-Identifier: Apache-2.0
// Names with {label} in them, as the table has for metrics that are named after what they are of.
#pragma once

#include <string>
#include <string_view>

#include "metrics/collect.hpp"

namespace sensor::metrics {

/// The pattern holds {label}.
bool names_label(std::string_view pattern, std::string_view label) noexcept;
/// The pattern with each {label} replaced by what `text` makes of the label.
std::string expanded(std::string_view pattern, std::span<const Label> labels,
                     const std::function<std::string(const Label&)>& text);

}  // namespace sensor::metrics
