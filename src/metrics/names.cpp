// SPDX-License-Identifier: Apache-2.0
#include "metrics/names.hpp"

#include <array>
#include <cstddef>

#include "base/utf8.hpp"

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
