// SPDX-License-Identifier: Apache-2.0
#include "metrics/proc_text.hpp"

#include <array>
#include <charconv>

namespace sensor::metrics {
namespace {

std::string_view without_blanks(std::string_view text) noexcept {
    const std::size_t first = text.find_first_not_of(" \t");
    return first == std::string_view::npos ? std::string_view() : text.substr(first);
}

std::string_view after_word(std::string_view text) noexcept {
    const std::size_t end = text.find_first_of(" \t");
    return end == std::string_view::npos ? std::string_view() : without_blanks(text.substr(end));
}

}  // namespace

std::optional<std::uint64_t> first_number(std::string_view text) noexcept {
    text = without_blanks(text);
    std::uint64_t value = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    if (read.ec != std::errc{}) return {};
    return value;
}

std::optional<std::uint64_t> number_after(std::string_view text, std::string_view word) noexcept {
    std::optional<std::uint64_t> found;
    for_each_line(text, [&](std::string_view line) {
        if (found || !line.starts_with(word)) return;
        const std::string_view rest = line.substr(word.size());
        if (rest.starts_with(' ') || rest.starts_with('\t')) found = first_number(rest);
    });
    return found;
}

std::optional<ProcessTimes> process_times(std::string_view stat) noexcept {
    // The name stands in parentheses and may hold anything, parentheses too.
    const std::size_t name_end = stat.rfind(')');
    if (name_end == std::string_view::npos) return {};
    std::string_view rest = without_blanks(stat.substr(name_end + 1));
    // The state is number 3 of proc(5); 14, 15 and 22 are wanted.
    std::array<std::string_view, 23> words;
    for (std::size_t k = 3; k < words.size(); ++k) {
        words[k] = rest;
        rest = after_word(rest);
    }
    const auto user = first_number(words[14]), system = first_number(words[15]);
    const auto start = first_number(words[22]);
    if (!user || !system || !start) return {};
    return ProcessTimes{*user, *system, *start};
}

std::optional<double> busy_percent(std::string_view stat) noexcept {
    if (!stat.starts_with("cpu ")) return {};
    std::string_view rest = after_word(stat.substr(0, stat.find('\n')));
    // user nice system idle iowait irq softirq steal; guests are in user already
    std::uint64_t all = 0, idle = 0;
    for (int k = 0; k < 8 && !rest.empty(); ++k) {
        const std::optional<std::uint64_t> ticks = first_number(rest);
        if (!ticks) return {};
        all += *ticks;
        if (k == 3 || k == 4) idle += *ticks;
        rest = after_word(rest);
    }
    if (all == 0) return {};
    return 100 * static_cast<double>(all - idle) / static_cast<double>(all);
}

}  // namespace sensor::metrics
