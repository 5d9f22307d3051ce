// SPDX-License-Identifier: Apache-2.0
// The short id of a container, as container.id prints it: the beginning of the whole one. For who
// makes records and for the state.
#pragma once

#include <cstddef>
#include <string_view>

namespace sensor::containers {

inline constexpr std::size_t kShortId = 12;

/// Part of the text.
constexpr std::string_view short_id(std::string_view full_id) noexcept {
    return full_id.substr(0, kShortId);
}

}  // namespace sensor::containers
