// SPDX-License-Identifier: Apache-2.0
// Small writers for the texts that fields make up: numbers, addresses, flags, times. All append to
// a TextBuilder; none allocates.
#pragma once

#include <charconv>
#include <cstdint>
#include <string_view>

#include "event/schema.hpp"
#include "fields/arena.hpp"
#include "state/address.hpp"

namespace sensor::fields {

inline constexpr std::string_view kNotKnown = "<NA>";

inline void add_int(TextBuilder& out, std::int64_t number) noexcept {
    char digits[24];
    out.add({digits, static_cast<std::size_t>(
                         std::to_chars(digits, digits + sizeof(digits), number).ptr - digits)});
}
inline void add_uint(TextBuilder& out, std::uint64_t number, int base = 10) noexcept {
    char digits[24];
    out.add(
        {digits, static_cast<std::size_t>(
                     std::to_chars(digits, digits + sizeof(digits), number, base).ptr - digits)});
}
/// Upper-case hexadecimal without prefix.
void add_hex(TextBuilder& out, std::uint64_t number) noexcept;
/// Decimal with leading zeros up to `width` digits.
void add_padded(TextBuilder& out, std::uint64_t number, int width) noexcept;
/// Names of the set bits joined by `|`; nothing where no name fits.
void add_flags(TextBuilder& out, FlagTable table, std::uint32_t value) noexcept;
/// All names of exactly this value joined by `|`.
void add_enum(TextBuilder& out, FlagTable table, std::uint32_t value) noexcept;
/// Buffer bytes, those that do not print as dots.
void add_printable(TextBuilder& out, std::string_view bytes) noexcept;
void add_endpoint(TextBuilder& out, state::EndView end) noexcept;
/// "1.2.3.4:80" or the path of a decoded address; "a->b" of a tuple.
void add_address(TextBuilder& out, const state::SocketName& name) noexcept;
void add_tuple(TextBuilder& out, const state::SocketName& name) noexcept;

/// Date and time of day of a moment, in the zone that is `offset_s` seconds east of UTC.
struct Moment {
    std::int64_t year;
    unsigned month, day, hour, minute, second, nanosecond;
};
Moment to_moment(std::uint64_t ts_ns, std::int64_t offset_s) noexcept;
/// "2026-11-22", "03:13:00", ".000000001".
void add_date(TextBuilder& out, const Moment& moment) noexcept;
void add_time(TextBuilder& out, const Moment& moment) noexcept;
void add_fraction(TextBuilder& out, const Moment& moment) noexcept;

}  // namespace sensor::fields
