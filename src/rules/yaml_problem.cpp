// SPDX-License-Identifier: Apache-2.0
// What is wrong with a text that is no YAML: yaml-cpp says where it gave up and in its own words;
// here that becomes the place and the reason its author understands.
#include <algorithm>
#include <vector>

#include "base/utf8.hpp"
#include "rules/yaml_text.hpp"

namespace sensor::rules {
namespace {

std::size_t line_start(std::string_view text, std::size_t offset) {
    const std::size_t newline = offset == 0 ? std::string_view::npos : text.rfind('\n', offset - 1);
    return newline == std::string_view::npos ? 0 : newline + 1;
}

std::size_t next_line(std::string_view text, std::size_t offset) {
    return std::min(text.find('\n', offset), text.size() - 1) + 1;
}

std::string_view line_at(std::string_view text, std::size_t start) {
    std::string_view line = text.substr(start, text.find('\n', start) - start);
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

std::size_t indentation(std::string_view line) {
    return std::min(line.find_first_not_of(' '), line.size());
}

bool begins_item(std::string_view line) {
    const std::string_view rest = line.substr(indentation(line));
    return rest == "-" || rest.starts_with("- ");
}

/// Blanks before the dash of top level items; npos if there are none.
std::size_t item_indentation(std::string_view text) {
    for (std::size_t at = 0; at < text.size(); at = next_line(text, at)) {
        if (begins_item(line_at(text, at))) return indentation(line_at(text, at));
    }
    return std::string_view::npos;
}

/// The innermost bracket of a flow list or map before `offset` that is open there.
std::size_t open_bracket(std::string_view text, std::size_t offset) {
    std::vector<std::size_t> open;
    char quote = 0;
    for (std::size_t k = 0; k < std::min(offset, text.size()); ++k) {
        const char c = text[k];
        const char before = k == 0 ? '\n' : text[k - 1];
        if (quote != 0) {
            if (c == quote && (quote == '\'' || before != '\\')) quote = 0;
        } else if ((c == '"' || c == '\'') && (before == ' ' || before == '[' || before == ',')) {
            quote = c;
        } else if (c == '[' || c == '{') {
            const bool begins = before == ' ' || before == '[' || before == '{' || before == ',';
            if (!open.empty() || begins) open.push_back(k);
        } else if ((c == ']' || c == '}') && !open.empty()) {
            open.pop_back();
        }
    }
    return open.empty() ? offset : open.back();
}

/// A ':' where no key can be: of a line with another indentation, or in a value without quotes.
YamlProblem explain_colon(std::string_view text, std::size_t offset) {
    const std::size_t start = line_start(text, offset);
    const std::string_view line = line_at(text, start);
    const std::size_t first = line.find(": ");
    const bool is_value = first != std::string_view::npos && start + first < offset;
    if (is_value) {
        std::string_view key = line.substr(0, first + 1);
        key.remove_prefix(std::min(key.find_first_not_of(" -"), first));
        return {offset, "a ':' with a blank behind it cannot stand in a value without quotes",
                "quote the whole value: " + std::string(key) + " \"...\""};
    }
    // A key at the left edge ends the list of items, and yaml-cpp sees that one line later.
    for (std::size_t at = start;; at = line_start(text, at - 1)) {
        const std::string_view above = line_at(text, at);
        const bool item = begins_item(above) || above.starts_with("---");
        if (!above.empty() && above[0] != ' ' && above[0] != '#' && !item)
            return {at, "this line is neither an item nor part of one",
                    "begin an item with '- ' and indent its other keys"};
        if (item || at == 0) break;
    }
    return {start + indentation(line), "this key does not begin in the same column as those above",
            "give all keys of an item the same indentation"};
}

}  // namespace

std::optional<YamlProblem> find_wrong_bytes(std::string_view text) {
    if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff"))
        return YamlProblem{0, "the file is encoded as UTF-16", "save it as UTF-8"};
    for (std::size_t k = 0; k < text.size();) {
        const std::size_t length = utf8_length(text.substr(k));
        if (text[k] == '\0')
            return YamlProblem{k, "the file holds a NUL byte", "it is damaged, or no text"};
        if (length == 0) {
            constexpr std::string_view kDigits = "0123456789abcdef";
            const auto byte = static_cast<unsigned char>(text[k]);
            return YamlProblem{k, "the file is not encoded as UTF-8",
                               std::string("the byte 0x") + kDigits[byte >> 4] +
                                   kDigits[byte & 15] + " begins no character: save it as UTF-8"};
        }
        k += length;
    }
    return std::nullopt;
}

YamlProblem explain_yaml(std::string_view text, std::size_t offset, const std::string& said) {
    const auto says = [&](std::string_view what) { return said.find(what) != std::string::npos; };
    const char at = offset < text.size() ? text[offset] : ' ';
    if (says("quote is not closed"))
        return {offset, said, "close it at the end of the value, or remove it"};
    if (says("directive inside"))
        return {offset, "a line that begins with '%' is a YAML directive, and cannot stand here",
                "indent it with the value it belongs to; a directive begins a document"};
    if (says("illegal tab")) return {offset, "a tab cannot indent YAML", "indent with blanks"};
    if (says("illegal map value")) return explain_colon(text, offset);
    if (says("unknown token") && (at == '%' || at == '@' || at == '`'))
        return {offset, std::string("a value without quotes cannot begin with '") + at + "'",
                "quote the whole value"};
    if (says("referenced anchor")) {
        const std::string name(
            text.substr(offset, text.find_first_of(" \t\r\n,]}", offset) - offset));
        return {offset,
                "'" + name + "' is read as a YAML alias, and there is no anchor of the name",
                "quote a value that begins with '*', or write &" +
                    name.substr(std::min<std::size_t>(1, name.size())) + " where the anchor is"};
    }
    if (says("flow not found")) {
        const std::size_t open = open_bracket(text, offset);
        const char bracket = open < text.size() && text[open] == '{' ? '{' : '[';
        const char closing = bracket == '{' ? '}' : ']';
        return {open, std::string("'") + bracket + "' is not closed",
                std::string("add a '") + closing + "' where the list or map ends"};
    }
    const std::string_view before =
        text.substr(line_start(text, offset), offset - line_start(text, offset));
    if (says("end of map not found") && before.find_first_of("\"'") != std::string_view::npos)
        return {offset, "text behind the closing quote of a value",
                "quote the whole value, with single quotes outside: '\"a\" = b'"};
    if (says("end of map not found") || says("end of sequence not found") || says("indentation"))
        return {offset, "this line is not indented like those above",
                "give all keys of an item the same indentation"};
    return {offset, "this cannot be read as YAML: " + said, {}};
}

std::optional<std::string> blank_item(std::string& text, std::size_t offset) {
    const std::size_t dash = item_indentation(text);
    if (dash == std::string_view::npos) return std::nullopt;
    const auto ends_item = [&](std::size_t at) {
        const std::string_view line = line_at(text, at);
        return (begins_item(line) && indentation(line) == dash) || line.starts_with("---") ||
               line.starts_with("...");
    };
    std::size_t begin = line_start(text, std::min(offset, text.size()));
    while (begin > 0 && !ends_item(begin)) begin = line_start(text, begin - 1);
    if (text.compare(begin, 3, "---") == 0 || text.compare(begin, 3, "...") == 0)
        begin = next_line(text, begin);
    std::size_t end = begin >= text.size() ? text.size() : next_line(text, begin);
    while (end < text.size() && !ends_item(end)) end = next_line(text, end);
    std::string item = text.substr(begin, end - begin);
    if (item.find_first_not_of(" \r\n") == std::string::npos) return std::nullopt;
    for (std::size_t k = begin; k < end; ++k) {
        if (text[k] != '\n' && text[k] != '\r') text[k] = ' ';
    }
    return item;
}

}  // namespace sensor::rules
