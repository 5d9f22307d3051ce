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

/// Both halves of a product in one: every bit of either factor moves about half of the bits.
inline std::uint64_t fold64(std::uint64_t a, std::uint64_t b) noexcept {
    __extension__ using Wide = unsigned __int128;
    const Wide product = static_cast<Wide>(a) * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

/// Hash for tables in memory: twice as fast as hash64 for names of files, and without its promise.
inline std::uint64_t text_hash(std::string_view text, std::uint64_t seed) noexcept {
    constexpr std::uint64_t kOdd = 0x9e3779b97f4a7c15ULL;
    const auto word = [](const char* at) {
        std::uint64_t value = 0;
        std::memcpy(&value, at, 8);
        return value;
    };
    const char* p = text.data();
    std::size_t left = text.size();
    std::uint64_t h = seed ^ left * kOdd;
    for (; left > 16; p += 16, left -= 16) h = fold64(h ^ word(p), word(p + 8) ^ seed ^ kOdd);
    std::uint64_t low = 0, high = 0;
    if (left >= 8) {  // the two words may overlap
        low = word(p);
        high = word(p + left - 8);
    } else if (left >= 4) {
        std::uint32_t a = 0, b = 0;
        std::memcpy(&a, p, 4);
        std::memcpy(&b, p + left - 4, 4);
        low = a;
        high = b;
    } else if (left > 0) {
        const auto byte = [p](std::size_t k) {
            return std::uint64_t{static_cast<unsigned char>(p[k])};
        };
        low = byte(0) << 16 | byte(left / 2) << 8 | byte(left - 1);
    }
    return fold64(h ^ low, high ^ seed ^ kOdd);
}

using Hash128 = std::array<std::uint64_t, 2>;
inline Hash128 hash128(std::string_view bytes) noexcept {
    return {hash64(bytes, 0x243f6a8885a308d3ULL), hash64(bytes, 0x13198a2e03707344ULL)};
}

}  // namespace sensor::eval
