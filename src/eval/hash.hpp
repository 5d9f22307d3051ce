// SPDX-License-Identifier: Apache-2.0
// Fast hashes that are the same on every machine of one byte order: for tables in memory, for the
// key of a bundle and for its checksum. Not for anything an attacker may choose collisions of:
// whoever relies on a key also compares what it was made from.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace sensor::eval {

inline std::uint64_t mix64(std::uint64_t x) noexcept {
    x ^= x >> 32;
    x *= 0xd6e8feb86659fd93ULL;
    x ^= x >> 32;
    x *= 0xd6e8feb86659fd93ULL;
    return x ^ x >> 32;
}

/// 64-bit hash of some bytes; a change of any one byte changes it.
inline std::uint64_t hash64(std::string_view bytes, std::uint64_t seed) noexcept {
    std::uint64_t h = mix64(seed ^ (bytes.size() * 0x9e3779b97f4a7c15ULL));
    const char* p = bytes.data();
    std::size_t left = bytes.size();
    for (; left >= 8; p += 8, left -= 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, p, 8);
        h = mix64(h ^ word) + 0x9e3779b97f4a7c15ULL;
    }
    std::uint64_t tail = 0;
    if (left != 0) std::memcpy(&tail, p, left);
    return mix64(h ^ tail);
}

using Hash128 = std::array<std::uint64_t, 2>;
inline Hash128 hash128(std::string_view bytes) noexcept {
    return {hash64(bytes, 0x243f6a8885a308d3ULL), hash64(bytes, 0x13198a2e03707344ULL)};
}

}  // namespace sensor::eval
