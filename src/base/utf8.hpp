// SPDX-License-Identifier: Apache-2.0
// What is well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF).
#pragma once

#include <cstddef>
#include <string_view>

namespace sensor {

/// What a file may begin with to say that it is UTF-8; no part of its text.
inline constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

/// Bytes of the character at the start of `text`, 1 to 4; 0 if there is none or it is not
/// well-formed. cost: some ns; never throws, allocates nothing
inline std::size_t utf8_length(std::string_view text) noexcept {
    if (text.empty()) return 0;
    const auto lies_in = [&](std::size_t k, unsigned low, unsigned high) {
        const unsigned byte = k < text.size() ? static_cast<unsigned char>(text[k]) : 0U;
        return byte >= low && byte <= high;
    };
    const unsigned first = static_cast<unsigned char>(text[0]);
    if (first < 0x80) return 1;
    if (first < 0xc2 || first > 0xf4) return 0;
    if (first < 0xe0) return lies_in(1, 0x80, 0xbf) ? 2 : 0;
    if (first < 0xf0) {
        const bool second = lies_in(1, first == 0xe0 ? 0xa0 : 0x80, first == 0xed ? 0x9f : 0xbf);
        return second && lies_in(2, 0x80, 0xbf) ? 3 : 0;
    }
    const bool second = lies_in(1, first == 0xf0 ? 0x90 : 0x80, first == 0xf4 ? 0x8f : 0xbf);
    return second && lies_in(2, 0x80, 0xbf) && lies_in(3, 0x80, 0xbf) ? 4 : 0;
}

}  // namespace sensor
