// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstddef>

#include "rules/ruleset.hpp"

namespace sensor::rules {
namespace {

constexpr std::array<std::string_view, 8> kWords = {
    "Emergency", "Alert", "Critical", "Error", "Warning", "Notice", "Informational", "Debug"};

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool equal_words(std::string_view a, std::string_view b) noexcept {
    if (a.size() != b.size()) return false;
    for (std::size_t k = 0; k < a.size(); ++k) {
        if (lower(a[k]) != lower(b[k])) return false;
    }
    return true;
}

}  // namespace

std::string_view to_text(Priority priority) noexcept {
    return kWords[static_cast<std::size_t>(priority)];
}

bool parse_priority(std::string_view text, Priority& out) noexcept {
    if (equal_words(text, "info")) {
        out = Priority::Informational;
        return true;
    }
    for (std::size_t k = 0; k < kWords.size(); ++k) {
        if (!equal_words(text, kWords[k])) continue;
        out = static_cast<Priority>(k);
        return true;
    }
    return false;
}

bool parse_priority_start(std::string_view text, Priority& out) noexcept {
    for (std::size_t k = 0; k < kWords.size() && !text.empty(); ++k) {
        if (!equal_words(text, kWords[k].substr(0, text.size()))) continue;
        out = static_cast<Priority>(k);
        return true;
    }
    return false;
}

}  // namespace sensor::rules
