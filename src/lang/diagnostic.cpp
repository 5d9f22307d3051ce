// SPDX-License-Identifier: Apache-2.0
#include "lang/diagnostic.hpp"

#include <algorithm>

namespace sensor::lang {
namespace {

std::string indented(const std::string& text) {
    std::string out;
    std::size_t begin = 0;
    while (begin < text.size()) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        out += "  " + text.substr(begin, end - begin) + "\n";
        begin = end + 1;
    }
    return out;
}

}  // namespace

bool has_errors(const Diagnostics& diagnostics) {
    return std::any_of(diagnostics.begin(), diagnostics.end(),
                       [](const Diagnostic& d) { return d.severity == Severity::Error; });
}

std::string to_text(const Diagnostic& d) {
    std::string text = d.position.file;
    if (d.position.line != 0) {
        text += (text.empty() ? "" : ":") + std::to_string(d.position.line) + ":" +
                std::to_string(d.position.column);
    }
    if (!text.empty()) text += ": ";
    text += d.severity == Severity::Error ? "error: " : "warning: ";
    text += d.message;
    if (!d.code.empty()) text += " [" + d.code + "]";
    text += "\n" + indented(d.snippet);
    std::string inside;
    for (const Location& location : d.context) {
        if (location.item_name.empty()) continue;
        inside +=
            (inside.empty() ? "in " : ", ") + location.item_type + " '" + location.item_name + "'";
    }
    if (!inside.empty()) text += "  " + inside + "\n";
    if (!d.hint.empty()) text += "  hint: " + d.hint + "\n";
    return text;
}

}  // namespace sensor::lang
