// SPDX-License-Identifier: Apache-2.0
#include "rules/format_value.hpp"

#include <algorithm>
#include <cctype>
#include <string_view>

#include "base/utf8.hpp"
#include "rules/format_condition.hpp"
#include "rules/yaml_text.hpp"

namespace sensor::rules {
namespace {

constexpr std::size_t kStep = 2;

bool is_quoted(const YAML::Node& node) { return node.Tag() == "!"; }

/// Bytes that are no UTF-8 cannot stand in a file. yaml-cpp makes them of "\N" and "\_" (0x85,
/// 0xa0 alone, where YAML means U+0085 and U+00A0), and only so can they be written.
bool has_stray_bytes(std::string_view text) { return find_wrong_bytes(text).has_value(); }

bool has_control(std::string_view text) {
    return std::any_of(text.begin(), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; }

/// yaml-cpp ends a plain text inside [ ] earlier than YAML does.
bool is_flow_safe(std::string_view text) {
    if (text.find_first_of(",[]{}?") != std::string_view::npos) return false;
    for (std::size_t k = text.find(':'); k != std::string_view::npos; k = text.find(':', k + 1)) {
        if (k == 0 || k + 1 == text.size() || !is_word(text[k - 1]) || !is_word(text[k + 1]))
            return false;
    }
    return true;
}

bool is_plain_safe(std::string_view text, bool in_flow) {
    if (text.empty() || has_control(text) || has_stray_bytes(text)) return false;
    if (text.front() == ' ' || text.back() == ' ' || text.back() == ':') return false;
    const char first = text.front();
    if (std::string_view(",[]{}#&*!|>'\"%@`").find(first) != std::string_view::npos) return false;
    const bool indicator = first == '-' || first == '?' || first == ':';
    if (indicator && (text.size() == 1 || text[1] == ' ')) return false;
    if (text == "<<" || text == "=" || text.starts_with("---") || text.starts_with("..."))
        return false;
    if (text.find(": ") != std::string_view::npos || text.find(" #") != std::string_view::npos)
        return false;
    return !in_flow || is_flow_safe(text);
}

std::string double_quoted(std::string_view text) {
    std::string out = "\"";
    for (std::size_t k = 0; k < text.size(); ++k) {
        const char c = text[k];
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out.append("\\").append(1, c);
        } else if (c == '\n') {
            out += "\\n";
        } else if (c == '\t') {
            out += "\\t";
        } else if (byte < 0x20 || byte == 0x7f) {
            out.append("\\x").append(1, "0123456789abcdef"[byte >> 4]);
            out += "0123456789abcdef"[byte & 15];
        } else if (const std::size_t bytes = utf8_length(text.substr(k)); bytes > 0) {
            out += text.substr(k, bytes);
            k += bytes - 1;
        } else {
            out += byte == 0x85 ? "\\N" : "\\_";
        }
    }
    return out + "\"";
}

std::string single_quoted(std::string_view text) {
    std::string out = "'";
    for (const char c : text) out.append(c == '\'' ? 2 : 1, c);
    return out + "'";
}

/// Words between single blanks: may be broken at each of them.
bool can_fold(std::string_view text) {
    return !text.empty() && !has_control(text) && !has_stray_bytes(text) && text.front() != ' ' &&
           text.back() != ' ' && text.find("  ") == std::string_view::npos;
}

bool can_be_literal(std::string_view text) {
    if (text.empty() || text.front() == ' ' || text.front() == '\n' || has_stray_bytes(text))
        return false;
    std::size_t begin = 0;
    while (begin <= text.size()) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        const std::string_view line = text.substr(begin, end - begin);
        if (has_control(line)) return false;
        if (!line.empty() && line.find_first_not_of(' ') == std::string_view::npos) return false;
        begin = end + 1;
    }
    return text.back() != '\n';
}

std::vector<std::string> filled(std::string_view text, std::size_t indent) {
    std::vector<std::string> lines;
    std::string line(indent, ' ');
    bool fresh = true;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(' '), text.size());
        if (!fresh && line.size() + 1 + end > kLayoutWidth) {
            lines.push_back(std::move(line));
            line = std::string(indent, ' ');
            fresh = true;
        }
        line += (fresh ? "" : " ") + std::string(text.substr(0, end));
        fresh = false;
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    lines.push_back(std::move(line));
    return lines;
}

LaidOut lay_out_text(const YAML::Node& node, std::size_t column, std::size_t indent) {
    std::string text = node.Scalar();
    const std::string line = scalar_text(text, is_quoted(node), false);
    const bool ends_line = text.ends_with('\n');
    if (ends_line) text.pop_back();
    const bool is_long = column + line.size() > kLayoutWidth;
    if (can_fold(text) && (ends_line || (is_long && text.find(' ') != std::string::npos)))
        return {ends_line ? ">" : ">-", filled(text, indent + kStep)};
    if (text.find('\n') == std::string::npos || !can_be_literal(text)) return {line, {}};
    LaidOut out{ends_line ? "|" : "|-", {}};
    std::size_t begin = 0;
    while (begin <= text.size()) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        const std::string part = text.substr(begin, end - begin);
        out.lines.push_back(part.empty() ? "" : std::string(indent + kStep, ' ') + part);
        begin = end + 1;
    }
    return out;
}

LaidOut lay_out_condition(const YAML::Node& node, std::size_t column, std::size_t indent) {
    std::string text = node.Scalar();
    while (text.ends_with('\n')) text.pop_back();  // a quote that nobody closes would keep it
    const std::string line = condition_line(text);
    // What is no condition may not come apart well, a quote may hold the end of a line or what only
    // an escape can say: then it stays as it is.
    if (!same_but_blanks(line, text) || line.find('\n') != std::string::npos ||
        has_stray_bytes(line))
        return lay_out_text(node, column, indent);
    const std::string written = scalar_text(line, is_quoted(node), false);
    const bool plain = !line.empty() && written == line;
    if (line.empty() || (plain && column + line.size() <= kLayoutWidth)) return {written, {}};
    LaidOut out{">", {}};
    const std::string blanks(indent + kStep, ' ');
    for (const std::string& part : condition_lines(line, kLayoutWidth - blanks.size()))
        out.lines.push_back(blanks + part);
    return out;
}

/// "[a, b]" if it holds nothing but scalars and such sequences, else "".
std::string flow_text(const YAML::Node& node) {
    if (node.IsNull()) return "~";
    if (node.IsScalar()) return scalar_text(node.Scalar(), is_quoted(node), true);
    if (!node.IsSequence()) return "";
    std::string text = "[";
    for (const YAML::Node& part : node) {
        const std::string one = flow_text(part);
        if (one.empty()) return "";
        text += (text.size() == 1 ? "" : ", ") + one;
    }
    return text + "]";
}

LaidOut lay_out_map(const YAML::Node& node, std::size_t indent) {
    if (node.size() == 0) return {"{}", {}};
    LaidOut out;
    for (const auto& entry : node) {
        const std::string key = scalar_text(entry.first.Scalar(), is_quoted(entry.first), false);
        const std::size_t column = indent + kStep + key.size() + 2;
        add_entry(key, lay_out(entry.second, "", column, indent + kStep), "",
                  std::string(indent + kStep, ' '), out.lines);
    }
    return out;
}

/// One element of a block sequence: its lines with "- " before the first.
void add_element(const YAML::Node& node, std::size_t indent, std::vector<std::string>& lines) {
    const std::string blanks(indent, ' ');
    LaidOut part = lay_out(node, "", indent + kStep, indent);
    if (part.first.empty() && !part.lines.empty()) {  // a map: its lines stand at indent + kStep
        part.lines.front().replace(indent, kStep, "- ");
    } else {
        lines.push_back(blanks + "-" + (part.first.empty() ? "" : " " + part.first));
    }
    lines.insert(lines.end(), part.lines.begin(), part.lines.end());
}

LaidOut lay_out_sequence(const YAML::Node& node, std::size_t column, std::size_t indent) {
    const std::string line = flow_text(node);
    if (!line.empty() && column + line.size() <= kLayoutWidth) return {line, {}};
    const bool flat = std::all_of(node.begin(), node.end(), [](const YAML::Node& part) {
        return part.IsScalar() || part.IsNull();
    });
    LaidOut out;
    if (!flat) {
        for (const YAML::Node& part : node) add_element(part, indent + kStep, out.lines);
        return out;
    }
    out.first = "[";
    std::string current(indent + kStep, ' ');
    bool fresh = true;
    for (std::size_t k = 0; k < node.size(); ++k) {
        const std::string one = flow_text(node[k]) + (k + 1 == node.size() ? "]" : ",");
        if (!fresh && current.size() + 1 + one.size() > kLayoutWidth) {
            out.lines.push_back(std::move(current));
            current = std::string(indent + kStep, ' ');
            fresh = true;
        }
        current += (fresh ? "" : " ") + one;
        fresh = false;
    }
    out.lines.push_back(std::move(current));
    return out;
}

}  // namespace

bool is_plain_special(const std::string& text) {
    std::string small(text);
    std::transform(small.begin(), small.end(), small.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    constexpr std::string_view kWords[] = {"~",  "null", "true", "false", "yes",
                                           "no", "on",   "off",  "y",     "n"};
    if (std::find(std::begin(kWords), std::end(kWords), small) != std::end(kWords)) return true;
    const bool starts = !small.empty() && std::string_view("0123456789+-.").find(small.front()) !=
                                              std::string_view::npos;
    return starts && small.find_first_not_of("0123456789abcdefinox_+-.:") == std::string::npos;
}

std::string scalar_text(const std::string& text, bool was_quoted, bool in_flow) {
    const bool keep_quotes = was_quoted && is_plain_special(text);
    if (is_plain_safe(text, in_flow) && !keep_quotes) return text;
    const bool has_escapes = has_control(text) || has_stray_bytes(text);
    const bool awkward = text.find_first_of("\"\\") != std::string::npos;
    return awkward && !has_escapes ? single_quoted(text) : double_quoted(text);
}

void add_entry(const std::string& key, const LaidOut& value, const std::string& comment,
               const std::string& start, std::vector<std::string>& lines) {
    std::string line = start + key + ":";
    if (!value.first.empty()) line += " " + value.first;
    if (!comment.empty()) line += "  " + comment;
    lines.push_back(std::move(line));
    lines.insert(lines.end(), value.lines.begin(), value.lines.end());
}

LaidOut lay_out(const YAML::Node& value, const std::string& key, std::size_t column,
                std::size_t indent) {
    if (value.IsMap()) return lay_out_map(value, indent);
    if (value.IsSequence()) return lay_out_sequence(value, column, indent);
    if (!value.IsScalar()) return {};
    if (key == "condition") return lay_out_condition(value, column, indent);
    return lay_out_text(value, column, indent);
}

}  // namespace sensor::rules
