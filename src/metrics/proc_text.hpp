// SPDX-License-Identifier: Apache-2.0
// Numbers out of the texts of /proc.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace sensor::metrics {

/// Calls with each line, without its end.
template <typename Take>
void for_each_line(std::string_view text, Take take) {
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        take(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
}

/// The first word as a number; nothing if it is none, or too large.
std::optional<std::uint64_t> first_number(std::string_view text) noexcept;
/// The number behind the word that a line begins with: "MemFree:   123 kB".
std::optional<std::uint64_t> number_after(std::string_view text, std::string_view word) noexcept;

/// Of the line `stat` of a process, in clock ticks; `start` since the host started.
struct ProcessTimes {
    std::uint64_t user = 0, system = 0, start = 0;
};
std::optional<ProcessTimes> process_times(std::string_view stat) noexcept;

/// Of the first line of /proc/stat: time that was neither idle nor waiting for disks, of all.
std::optional<double> busy_percent(std::string_view stat) noexcept;

}  // namespace sensor::metrics
