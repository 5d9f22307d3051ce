// SPDX-License-Identifier: Apache-2.0
// Escapes of quoted texts, both ways.
#include "lang/tree.hpp"

namespace sensor::lang {
namespace {

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/// The byte an escape letter stands for, -1 if it is none.
int escaped_byte(char letter, char quote) {
    switch (letter) {
        case 'b': return '\b';
        case 'f': return '\f';
        case 'n': return '\n';
        case 'r': return '\r';
        case 't': return '\t';
        case '\\': return '\\';
        case '/': return '/';
        case ' ': return '\\';  // the blank is lost; old rules rely on it
        default: return letter == quote ? letter : -1;
    }
}

}  // namespace

std::optional<std::string> unquote(std::string_view quoted, std::size_t& bad) {
    const char quote = quoted.front();
    const std::string_view inner = quoted.substr(1, quoted.size() - 2);
    std::string plain;
    plain.reserve(inner.size());
    for (std::size_t k = 0; k < inner.size(); ++k) {
        if (inner[k] != '\\') {
            plain += inner[k];
            continue;
        }
        bad = k + 1;
        if (++k >= inner.size()) return std::nullopt;
        if (inner[k] == 'x') {
            const int high = k + 1 < inner.size() ? hex_digit(inner[k + 1]) : -1;
            const int low = k + 2 < inner.size() ? hex_digit(inner[k + 2]) : -1;
            if (high < 0 || low < 0) return std::nullopt;
            plain += static_cast<char>(high * 16 + low);
            k += 2;
            continue;
        }
        const int byte = escaped_byte(inner[k], quote);
        if (byte < 0) return std::nullopt;
        plain += static_cast<char>(byte);
    }
    return plain;
}

std::string quote_if_needed(std::string_view value) {
    bool needed = false;
    for (const char c : value) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte <= ' ' || byte == 0x7f || c == '=' || c == '\\' || c == '"' || c == '\'')
            needed = true;
    }
    if (!needed) return std::string(value);
    std::string text = "\"";
    for (const char c : value) {
        switch (c) {
            case '\b': text += "\\b"; break;
            case '\f': text += "\\f"; break;
            case '\n': text += "\\n"; break;
            case '\r': text += "\\r"; break;
            case '\t': text += "\\t"; break;
            case '\\': text += "\\\\"; break;
            case '"': text += "\\\""; break;
            default: text += c;
        }
    }
    return text + '"';
}

}  // namespace sensor::lang
