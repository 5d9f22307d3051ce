// SPDX-License-Identifier: Apache-2.0
#include "metrics/names.hpp"

#include <array>
#include <cstddef>

namespace sensor::metrics {
namespace {

constexpr auto kNativeUnits = std::to_array<std::string_view>(
    {"_kb", "_bytes", "_mb", "_percentage", "_perc", "_ratio", "_ns", "_ts", "_sec", "_total"});

bool is_alphanumeric(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

std::string sanitised(std::string_view text, bool colons) {
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        const char next = is_alphanumeric(c) || (colons && c == ':') ? c : '_';
        if (next != '_' || out.empty() || out.back() != '_') out.push_back(next);
    }
    return out;
}

bool is_continuation(char c) noexcept { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

/// Bytes of the UTF-8 character at the start of `text`; 0 if there is none.
std::size_t utf8_length(std::string_view text) noexcept {
    const auto first = static_cast<unsigned char>(text[0]);
    if (first < 0x80) return 1;
    const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || text.size() < length) return 0;
    for (std::size_t k = 1; k < length; ++k) {
        if (!is_continuation(text[k])) return 0;
    }
    const auto second = static_cast<unsigned char>(text[1]);
    const bool overlong = (first == 0xe0 && second < 0xa0) || (first == 0xf0 && second < 0x90);
    const bool outside = (first == 0xed && second > 0x9f) || (first == 0xf4 && second > 0x8f);
    return overlong || outside ? 0 : length;
}

}  // namespace

std::string metric_name(std::string_view text) { return sanitised(text, true); }

std::string key_part(std::string_view text) {
    std::string out = sanitised(text, true);
    if (!out.empty() && out.back() == '_') out.pop_back();
    return out;
}

std::string label_name(std::string_view text) { return sanitised(text, false); }

std::string_view without_unit(std::string_view name) noexcept {
    for (const std::string_view unit : kNativeUnits) {
        if (name.size() > unit.size() && name.ends_with(unit))
            return name.substr(0, name.size() - unit.size());
    }
    return name;
}

std::string label_value(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const std::size_t length = utf8_length(text);
        if (length == 0) {
            out += "\xef\xbf\xbd";
        } else if (text[0] == '\n') {
            out += "\\n";
        } else {
            if (text[0] == '\\' || text[0] == '"') out.push_back('\\');
            out += text.substr(0, length);
        }
        text.remove_prefix(length == 0 ? 1 : length);
    }
    return out;
}

}  // namespace sensor::metrics
