// SPDX-License-Identifier: Apache-2.0
// A # is a comment where it is not inside a scalar that may hold one: quoted and block scalars,
// whose beginnings the YAML parser tells. In plain text " #" always ends the text.
#include "rules/format_source.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <sstream>

namespace sensor::rules {
namespace {

class Watch : public YAML::EventHandler {
public:
    std::vector<std::size_t> scalars;
    std::size_t documents = 0;
    std::string refused;

    void OnDocumentStart(const YAML::Mark& mark) override {
        if (++documents > 1) refuse(mark, "more than one document");
    }
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { look(mark, "", anchor); }
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override { refuse(mark, "an alias"); }
    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string&) override {
        look(mark, tag, anchor);
        scalars.push_back(static_cast<std::size_t>(mark.pos));
    }
    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) override {
        look(mark, tag, anchor);
    }
    void OnSequenceEnd() override {}
    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value) override {
        look(mark, tag, anchor);
    }
    void OnMapEnd() override {}

private:
    void look(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
        if (anchor != YAML::NullAnchor) refuse(mark, "an anchor");
        if (!tag.empty() && tag != "?" && tag != "!") refuse(mark, "a tag");
    }
    void refuse(const YAML::Mark& mark, const char* what) {
        if (!refused.empty()) return;
        refused = std::to_string(mark.line + 1) + ":" + std::to_string(mark.column + 1) + ": " +
                  what + " is not kept by a layout";
    }
};

/// Column of what a block scalar belongs to: its key, or the last dash before it.
std::size_t owner_column(std::string_view line, std::size_t indicator) {
    std::size_t column = indent_of(line);
    while (column + 1 < line.size() && line[column] == '-' && line[column + 1] == ' ') {
        std::size_t next = column + 1;
        while (next < line.size() && line[next] == ' ') ++next;
        if (next >= indicator) return column;
        column = next;
    }
    return column;
}

/// End of a quoted scalar, behind its closing quote.
std::size_t end_of_quotes(std::string_view text, std::size_t begin) {
    const char quote = text[begin];
    for (std::size_t k = begin + 1; k < text.size(); ++k) {
        if (quote == '"' && text[k] == '\\') {
            ++k;
        } else if (text[k] == quote) {
            if (quote == '"' || k + 1 >= text.size() || text[k + 1] != '\'') return k + 1;
            ++k;
        }
    }
    return text.size();
}

struct Span {
    std::size_t begin, end;
};

Span block_span(std::string_view text, const Lines& lines, std::size_t indicator) {
    const std::size_t header = lines.line_of(indicator);
    const std::size_t owner = owner_column(lines[header], indicator - lines.begin(header));
    std::size_t last = header;
    for (std::size_t k = header + 1; k < lines.count(); ++k) {
        if (is_blank_line(lines[k])) continue;
        if (indent_of(lines[k]) <= owner) break;
        last = k;
    }
    const std::size_t begin = header + 1 < lines.count() ? lines.begin(header + 1) : text.size();
    return {begin, std::max(begin, lines.begin(last) + lines[last].size())};
}

std::vector<Span> opaque_spans(std::string_view text, const Lines& lines,
                               const std::vector<std::size_t>& scalars) {
    std::vector<Span> spans;
    for (const std::size_t begin : scalars) {
        if (begin >= text.size()) continue;
        const char first = text[begin];
        if (first == '"' || first == '\'') spans.push_back({begin, end_of_quotes(text, begin)});
        if (first == '|' || first == '>') spans.push_back(block_span(text, lines, begin));
    }
    return spans;
}

}  // namespace

Lines::Lines(std::string_view text) : text_(text) {
    for (std::size_t begin = 0; begin < text.size();) {
        begins_.push_back(begin);
        begin = std::min(text.find('\n', begin), text.size()) + 1;
    }
}

std::string_view Lines::operator[](std::size_t line) const {
    if (line >= begins_.size()) return {};
    const std::size_t begin = begins_[line];
    return text_.substr(begin, std::min(text_.find('\n', begin), text_.size()) - begin);
}

std::size_t Lines::line_of(std::size_t offset) const {
    const auto next = std::upper_bound(begins_.begin(), begins_.end(), offset);
    return static_cast<std::size_t>(next - begins_.begin()) - 1;
}

std::size_t indent_of(std::string_view line) {
    return std::min(line.find_first_not_of(' '), line.size());
}

bool is_blank_line(std::string_view line) {
    return line.find_first_not_of(" \t") == std::string_view::npos;
}

Result<std::vector<Comment>> find_comments(const std::string& text) {
    Watch watch;
    std::istringstream in(text);
    YAML::Parser parser(in);
    while (parser.HandleNextDocument(watch)) {
    }
    if (!watch.refused.empty()) return Error(watch.refused);
    const Lines lines(text);
    const std::vector<Span> opaque = opaque_spans(text, lines, watch.scalars);
    std::vector<Comment> found;
    for (std::size_t k = 0; k < lines.count(); ++k) {
        const std::string_view line = lines[k];
        for (std::size_t c = line.find('#'); c != std::string_view::npos;
             c = line.find('#', c + 1)) {
            const std::size_t at = lines.begin(k) + c;
            const bool inside = std::any_of(opaque.begin(), opaque.end(), [at](const Span& s) {
                return at >= s.begin && at < s.end;
            });
            if (inside || (c != 0 && line[c - 1] != ' ' && line[c - 1] != '\t')) continue;
            std::string said(line.substr(c));
            said.erase(said.find_last_not_of(" \t") + 1);
            found.push_back({k, at, is_blank_line(line.substr(0, c)), std::move(said)});
            break;
        }
    }
    return found;
}

}  // namespace sensor::rules
