// SPDX-License-Identifier: Apache-2.0
#include "config/duration.hpp"

#include <charconv>
#include <limits>
#include <string>

namespace sensor::config {
namespace {

struct Unit {
    std::string_view name;
    std::uint64_t ms;
};
constexpr Unit kUnits[] = {
    {"y", 31'536'000'000}, {"w", 604'800'000}, {"d", 86'400'000}, {"h", 3'600'000},
    {"m", 60'000},         {"s", 1000},        {"ms", 1}};

}  // namespace

std::uint64_t parse_duration_ms(std::string_view text) noexcept {
    std::uint64_t total = 0;
    std::size_t next = 0;  // the first unit that may still come
    const auto skip_blanks = [&] {
        while (!text.empty() && (text[0] == ' ' || text[0] == '\t')) text.remove_prefix(1);
    };
    for (skip_blanks(); !text.empty(); skip_blanks()) {
        std::uint64_t count = 0;
        const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), count);
        if (wrong != std::errc{}) return 0;
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
        skip_blanks();
        std::size_t letters = 0;
        while (letters < text.size() && text[letters] >= 'a' && text[letters] <= 'z') ++letters;
        while (next < std::size(kUnits) && kUnits[next].name != text.substr(0, letters)) ++next;
        if (next == std::size(kUnits)) return 0;
        const Unit& unit = kUnits[next++];
        if (count > (std::numeric_limits<std::uint64_t>::max() - total) / unit.ms) return 0;
        total += count * unit.ms;
        text.remove_prefix(letters);
    }
    return total;
}

}  // namespace sensor::config
