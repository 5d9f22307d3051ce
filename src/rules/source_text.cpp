// SPDX-License-Identifier: Apache-2.0
#include "rules/source_text.hpp"

#include <algorithm>

#include "base/utf8.hpp"

namespace sensor::rules {
namespace {

constexpr std::size_t kSnippetWidth = 160;

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/// Walks the source of one scalar beside its decoded value.
class Tracer {
public:
    Tracer(std::string_view source, std::size_t start) : source_(source), p_(start) {
        while (p_ < source_.size() && (source_[p_] == '&' || source_[p_] == '!')) {  // anchor, tag
            while (p_ < source_.size() && !is_blank(source_[p_])) ++p_;
            while (p_ < source_.size() && is_blank(source_[p_])) ++p_;
        }
        style_ = p_ < source_.size() ? source_[p_] : ' ';
        if (style_ == '"' || style_ == '\'') {
            ++p_;
        } else if (style_ == '|' || style_ == '>') {
            p_ = std::min(source_.find('\n', p_), source_.size());
        }
    }

    /// Offset of the byte that `value` was written as.
    std::size_t next(char value) {
        if (lost_) return last_;
        if (is_blank(value)) return blank(value);
        skip_blanks(value);
        const bool follows = (static_cast<unsigned char>(value) & 0xc0) == 0x80;
        if (p_ >= source_.size()) return lose();
        if (style_ == '"' && source_[p_] == '\\') return escape();
        if (source_[p_] != value) return follows ? last_ : lose();
        last_ = p_++;
        if (style_ == '\'' && value == '\'') ++p_;  // written twice
        return last_;
    }

private:
    std::size_t blank(char value) {
        if (p_ >= source_.size()) return last_;
        if (style_ == '"' && source_[p_] == '\\' && !continues_line()) return escape();
        last_ = p_;
        if (source_[p_] == value) ++p_;
        return last_;
    }

    bool continues_line() const {
        return p_ + 1 < source_.size() && (source_[p_ + 1] == '\n' || source_[p_ + 1] == '\r');
    }

    void skip_blanks(char wanted) {
        while (p_ < source_.size()) {
            if (is_blank(source_[p_]) && source_[p_] != wanted) {
                ++p_;
            } else if (style_ == '"' && source_[p_] == '\\' && continues_line()) {
                ++p_;
            } else {
                return;
            }
        }
    }

    std::size_t escape() {
        last_ = p_;
        const char letter = p_ + 1 < source_.size() ? source_[p_ + 1] : ' ';
        p_ += letter == 'x' ? 4 : letter == 'u' ? 6 : letter == 'U' ? 10 : 2;
        return last_;
    }

    std::size_t lose() {
        lost_ = true;
        return last_;
    }

    std::string_view source_;
    std::size_t p_;
    char style_ = ' ';
    std::size_t last_ = p_;
    bool lost_ = false;
};

}  // namespace

void Sourced::append(const Sourced& other) {
    text += other.text;
    origin.insert(origin.end(), other.origin.begin(), other.origin.end());
}

void Sourced::append(std::string_view more, Origin at) {
    text += more;
    origin.insert(origin.end(), more.size(), at);
}

Sourced Sourced::part(std::size_t begin, std::size_t size) const {
    const auto first = origin.begin() + static_cast<std::ptrdiff_t>(begin);
    return {text.substr(begin, size), {first, first + static_cast<std::ptrdiff_t>(size)}};
}

Sourced Sourced::trimmed() const {
    std::size_t begin = 0;
    std::size_t end = text.size();
    while (begin < end && is_blank(text[begin])) ++begin;
    while (end > begin && is_blank(text[end - 1])) --end;
    return part(begin, end - begin);
}

Origin Sourced::at(std::size_t k) const {
    if (k < origin.size()) return origin[k];
    if (origin.empty()) return {};
    // Behind the end: behind the last byte that is not blank, where the reader looks.
    std::size_t last = origin.size() - 1;
    while (last > 0 && is_blank(text[last])) --last;
    return {origin[last].file, origin[last].offset + 1};
}

Files::Files(const std::vector<SourceFile>& files) : files_(files) {
    for (const SourceFile& file : files) {
        std::vector<std::size_t>& starts = lines_.emplace_back(1, 0);
        for (std::size_t k = 0; k < file.text.size(); ++k) {
            if (file.text[k] == '\n') starts.push_back(k + 1);
        }
    }
}

lang::Position Files::position(Origin at) const {
    if (at.file >= files_.size()) return {};
    const std::vector<std::size_t>& starts = lines_[at.file];
    const std::size_t offset = std::min<std::size_t>(at.offset, files_[at.file].text.size());
    const auto next = std::upper_bound(starts.begin(), starts.end(), offset);
    const auto line = static_cast<std::size_t>(next - starts.begin());
    return {files_[at.file].name, line, offset - *(next - 1) + 1, offset};
}

std::string Files::snippet(Origin at) const {
    return at.file < files_.size() ? snippet_of(files_[at.file].text, at.offset) : std::string();
}

std::string snippet_of(std::string_view text, std::size_t offset) {
    offset = std::min(offset, text.size());
    // No more is looked at than is shown: a line may be very long and have very many mistakes.
    const std::size_t low = offset > kSnippetWidth ? offset - kSnippetWidth - 1 : 0;
    const std::size_t high = std::min(text.size(), offset + kSnippetWidth + 2);
    const std::size_t before = text.substr(low, offset - low).rfind('\n');
    const std::size_t begin = before == std::string_view::npos ? low : low + before + 1;
    const std::size_t after = text.substr(offset, high - offset).find('\n');
    const bool has_end = after != std::string_view::npos || high == text.size();
    std::size_t end = after == std::string_view::npos ? high : offset + after;
    if (has_end && end > begin && text[end - 1] == '\r') --end;
    std::size_t caret = offset - begin;
    std::string line;
    std::size_t from = begin;
    if (caret > kSnippetWidth / 2 && end - begin > kSnippetWidth) {
        from += caret - kSnippetWidth / 2;
        caret = kSnippetWidth / 2 + 3;
        line = "...";
    }
    line += text.substr(from, std::min(end - std::min(from, end), kSnippetWidth));
    if (end > from + kSnippetWidth) line += "...";
    std::string blanks;
    for (std::size_t k = 0; k < caret; ++k)
        blanks += k < line.size() && line[k] == '\t' ? '\t' : ' ';
    return line + "\n" + blanks + "^\n";
}

Origin Files::origin(std::uint32_t file, int pos) const {
    const std::string& text = files_[file].text;
    std::size_t offset = pos < 0 ? 0 : static_cast<std::size_t>(pos);
    if (text.starts_with(kByteOrderMark)) offset += kByteOrderMark.size();
    return {file, static_cast<std::uint32_t>(std::min(offset, text.size()))};
}

Sourced Files::trace(std::uint32_t file, int pos, std::string_view value) const {
    Tracer tracer(files_[file].text, origin(file, pos).offset);
    Sourced traced;
    traced.text = std::string(value);
    traced.origin.reserve(value.size());
    for (const char c : value)
        traced.origin.push_back({file, static_cast<std::uint32_t>(tracer.next(c))});
    return traced;
}

}  // namespace sensor::rules
