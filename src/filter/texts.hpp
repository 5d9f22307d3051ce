// SPDX-License-Identifier: Apache-2.0
// The filter of an event without a compiler: a table of texts, one of which every wanted name has.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "filter/kernel_part.hpp"

namespace sensor::filter {

struct WantedText {
    enum class Kind : std::uint8_t {
        Whole,
        Front,  ///< up to a slash, with it
        Leaf,   ///< from the last slash on, with it
    };
    Kind kind = Kind::Whole;
    std::string text;
    friend auto operator<=>(const WantedText&, const WantedText&) = default;
};

/// Each once. An event without any of them in any of its names is wanted by no rule; nothing if the
/// part cannot be put so.
std::optional<std::vector<WantedText>> wanted_texts(const EventPart& part);

}  // namespace sensor::filter
