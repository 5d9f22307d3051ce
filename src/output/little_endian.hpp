// SPDX-License-Identifier: Apache-2.0
// Numbers as bytes of a file, the lowest first, on every machine. Used by the spool.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sensor::output {

inline void put_number(std::string& bytes, std::uint64_t value, std::size_t count) {
    for (std::size_t k = 0; k < count; ++k) bytes += static_cast<char>(value >> (8 * k) & 0xff);
}
inline void put_u32(std::string& bytes, std::uint32_t value) { put_number(bytes, value, 4); }
inline void put_u64(std::string& bytes, std::uint64_t value) { put_number(bytes, value, 8); }

/// The caller has checked that they lie inside.
inline std::uint64_t get_number(std::string_view bytes, std::size_t at, std::size_t count) {
    std::uint64_t value = 0;
    for (std::size_t k = 0; k < count; ++k)
        value |= std::uint64_t{static_cast<unsigned char>(bytes[at + k])} << (8 * k);
    return value;
}
inline std::uint32_t get_u32(std::string_view bytes, std::size_t at) {
    return static_cast<std::uint32_t>(get_number(bytes, at, 4));
}
inline std::uint64_t get_u64(std::string_view bytes, std::size_t at) {
    return get_number(bytes, at, 8);
}

}  // namespace sensor::output
