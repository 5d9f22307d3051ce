// SPDX-License-Identifier: Apache-2.0
// Colours of terminals. With `on` false a text stays as it is.
#pragma once

#include <string>
#include <string_view>

namespace sensor::rulec {

enum class Colour : unsigned char { Bold, Dim, Red, Green, Yellow, Cyan };

inline std::string painted(std::string_view text, Colour colour, bool on) {
    constexpr std::string_view kStart[] = {"\033[1m",    "\033[2m",    "\033[1;31m",
                                           "\033[1;32m", "\033[1;33m", "\033[36m"};
    if (!on || text.empty()) return std::string(text);
    return std::string(kStart[static_cast<unsigned char>(colour)]).append(text).append("\033[0m");
}

}  // namespace sensor::rulec
