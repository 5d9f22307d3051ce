// SPDX-License-Identifier: Apache-2.0
#include "fields/text.hpp"

namespace sensor::fields {

void add_hex(TextBuilder& out, std::uint64_t number) noexcept {
    static constexpr char kDigits[] = "0123456789ABCDEF";
    char text[16];
    std::size_t at = sizeof(text);
    do {
        text[--at] = kDigits[number & 15];
        number >>= 4;
    } while (number != 0);
    out.add({text + at, sizeof(text) - at});
}

void add_padded(TextBuilder& out, std::uint64_t number, int width) noexcept {
    char text[24];
    std::size_t at = sizeof(text);
    for (; number != 0 || width > 0; number /= 10, --width)
        text[--at] = static_cast<char>('0' + number % 10);
    out.add({text + at, sizeof(text) - at});
}

// A table is walked in its order; a symbol takes its bits out of what is left, and one that equals
// the whole value ends the walk.
void add_flags(TextBuilder& out, FlagTable table, std::uint32_t value) noexcept {
    std::uint32_t rest = value;
    bool first = true;
    for (const FlagInfo& symbol : flag_symbols(table)) {
        const bool whole = symbol.value == value;
        const bool bits = symbol.value != 0 && (rest & symbol.value) == symbol.value;
        if (!whole && !bits) continue;
        if (!first) out.add('|');
        first = false;
        out.add(symbol.name);
        if (whole) break;
        rest &= ~symbol.value;
    }
}

void add_enum(TextBuilder& out, FlagTable table, std::uint32_t value) noexcept {
    bool first = true;
    for (const FlagInfo& symbol : flag_symbols(table)) {
        if (symbol.value != value) continue;
        if (!first) out.add('|');
        first = false;
        out.add(symbol.name);
    }
}

void add_printable(TextBuilder& out, std::string_view bytes) noexcept {
    for (char byte : bytes) out.add(byte >= 0x20 && byte < 0x7f ? byte : '.');
}

void add_endpoint(TextBuilder& out, state::EndView end) noexcept {
    char text[state::kMaxEndpointText];
    out.add({text, state::print_endpoint(end, text)});
}

void add_address(TextBuilder& out, const state::SocketName& name) noexcept {
    if (name.first.size == 0) {
        out.add(name.path);
    } else {
        add_endpoint(out, name.first);
    }
}

void add_tuple(TextBuilder& out, const state::SocketName& name) noexcept {
    if (name.first.size == 0) {
        add_uint(out, name.unix_first, 16);
        out.add("->");
        add_uint(out, name.unix_second, 16);
        if (!name.path.empty()) out.add(' ');
        out.add(name.path);
        return;
    }
    add_endpoint(out, name.first);
    out.add("->");
    add_endpoint(out, name.second);
}

// Days since 1970 to a civil date, by counting in eras of 400 years that start on the 1st of March.
Moment to_moment(std::uint64_t ts_ns, std::int64_t offset_s) noexcept {
    constexpr std::int64_t kDayS = 86400, kEraDays = 146097, kMarchFirst0000 = 719468;
    const std::int64_t seconds = static_cast<std::int64_t>(ts_ns / 1'000'000'000) + offset_s;
    const std::int64_t days = seconds / kDayS + kMarchFirst0000;  // times before 1970 do not occur
    const auto second_of_day = static_cast<unsigned>(seconds % kDayS);
    const std::int64_t era = days / kEraDays;
    const auto day_of_era = static_cast<unsigned>(days % kEraDays);
    const unsigned year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    const unsigned day_of_year =
        day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const unsigned shifted_month = (5 * day_of_year + 2) / 153;
    Moment moment{};
    moment.day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    moment.month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
    moment.year = static_cast<std::int64_t>(year_of_era) + era * 400 + (moment.month <= 2 ? 1 : 0);
    moment.hour = second_of_day / 3600;
    moment.minute = second_of_day / 60 % 60;
    moment.second = second_of_day % 60;
    moment.nanosecond = static_cast<unsigned>(ts_ns % 1'000'000'000);
    return moment;
}

void add_date(TextBuilder& out, const Moment& moment) noexcept {
    add_padded(out, static_cast<std::uint64_t>(moment.year), 4);
    out.add('-');
    add_padded(out, moment.month, 2);
    out.add('-');
    add_padded(out, moment.day, 2);
}

void add_time(TextBuilder& out, const Moment& moment) noexcept {
    add_padded(out, moment.hour, 2);
    out.add(':');
    add_padded(out, moment.minute, 2);
    out.add(':');
    add_padded(out, moment.second, 2);
}

void add_fraction(TextBuilder& out, const Moment& moment) noexcept {
    out.add('.');
    add_padded(out, moment.nanosecond, 9);
}

}  // namespace sensor::fields
