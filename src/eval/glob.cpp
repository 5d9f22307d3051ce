// SPDX-License-Identifier: Apache-2.0
#include "eval/glob.hpp"

#include <string.h>

#include <algorithm>

#include "eval/compare.hpp"

namespace sensor::eval {
namespace {

bool is_lower(unsigned char c) { return c >= 'a' && c <= 'z'; }
bool is_upper(unsigned char c) { return c >= 'A' && c <= 'Z'; }
bool is_digit(unsigned char c) { return c >= '0' && c <= '9'; }
bool is_alpha(unsigned char c) { return is_lower(c) || is_upper(c); }
bool is_space(unsigned char c) { return c == ' ' || (c >= 9 && c <= 13); }
bool is_graph(unsigned char c) { return c > 32 && c < 127; }

/// Character class by name; an unknown name matches nothing.
bool in_class(std::string_view name, unsigned char c, bool folded) {
    if (name == "alpha") return is_alpha(c);
    if (name == "digit") return is_digit(c);
    if (name == "alnum") return is_alpha(c) || is_digit(c);
    if (name == "upper") return folded ? is_alpha(c) : is_upper(c);
    if (name == "lower") return folded ? is_alpha(c) : is_lower(c);
    if (name == "space") return is_space(c);
    if (name == "blank") return c == ' ' || c == '\t';
    if (name == "punct") return is_graph(c) && !is_alpha(c) && !is_digit(c);
    if (name == "print") return c >= 32 && c < 127;
    if (name == "graph") return is_graph(c);
    if (name == "cntrl") return c < 32 || c == 127;
    if (name == "xdigit") return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    return false;
}

struct Bracket {
    bool closed = false;
    bool matches = false;
    std::size_t end = 0;  ///< behind the closing bracket
};

/// One element of a bracket expression, possibly quoted or written [.x.] or [=x=].
bool take_element(std::string_view p, std::size_t& i, unsigned char& out) {
    if (p[i] == '\\' && i + 1 < p.size()) {
        out = static_cast<unsigned char>(p[i + 1]);
        i += 2;
        return true;
    }
    if (p[i] == '[' && i + 4 < p.size() && (p[i + 1] == '.' || p[i + 1] == '=') &&
        p[i + 3] == p[i + 1] && p[i + 4] == ']') {
        out = static_cast<unsigned char>(p[i + 2]);
        i += 5;
        return true;
    }
    if (p[i] == '\\') return false;  // nothing left to quote
    out = static_cast<unsigned char>(p[i++]);
    return true;
}

/// [:name:] at `i`: tests it and moves on. fails: false, `i` stays
bool take_class(std::string_view p, std::size_t& i, unsigned char c, bool folded, bool& hit) {
    if (p.substr(i, 2) != "[:") return false;
    const std::size_t end = p.find(":]", i + 2);
    if (end == std::string_view::npos) return false;
    hit = hit || in_class(p.substr(i + 2, end - i - 2), c, folded);
    i = end + 2;
    return true;
}

bool in_range(unsigned char c, unsigned char low, unsigned char high, bool folded) {
    if (c >= low && c <= high) return true;
    if (!folded || !is_alpha(c)) return false;
    const auto other = static_cast<unsigned char>(c ^ 0x20);
    return other >= low && other <= high;
}

/// Reads the bracket expression whose '[' is at `start` and tests `c` against it.
Bracket match_bracket(std::string_view p, std::size_t start, unsigned char c, bool folded) {
    std::size_t i = start + 1;
    bool negated = false;
    if (i < p.size() && (p[i] == '!' || p[i] == '^')) {
        negated = true;
        ++i;
    }
    bool hit = false;
    for (bool first = true; i < p.size(); first = false) {
        if (p[i] == ']' && !first) return {true, hit != negated, i + 1};
        if (take_class(p, i, c, folded, hit)) continue;
        unsigned char low = 0;
        if (!take_element(p, i, low)) return {};
        unsigned char high = low;
        if (i + 1 < p.size() && p[i] == '-' && p[i + 1] != ']') {
            ++i;
            if (!take_element(p, i, high)) return {};
        }
        hit = hit || in_range(c, low, high, folded);
    }
    return {};
}

/// Tests one text byte against the pattern element at `i` (not '*') and returns the place behind
/// the element, or npos if it does not match.
std::size_t match_one(std::string_view p, std::size_t i, char c, bool folded) {
    constexpr std::size_t kNo = std::string_view::npos;
    if (p[i] == '?') return i + 1;
    if (p[i] == '[') {
        const Bracket b = match_bracket(p, i, static_cast<unsigned char>(c), folded);
        if (b.closed) return b.matches ? b.end : kNo;
    }
    std::size_t end = i + 1;
    if (p[i] == '\\') {
        if (end == p.size()) return kNo;  // a backslash with nothing to quote matches nothing
        ++end;
    }
    const char want = p[end - 1];
    const bool same = folded ? fold(want) == fold(c) : want == c;
    return same ? end : kNo;
}

}  // namespace

bool glob_match(std::string_view pattern, std::string_view text, bool folded) noexcept {
    constexpr std::size_t kNo = std::string_view::npos;
    std::size_t p = 0;
    std::size_t t = 0;
    std::size_t star = kNo;  // behind the latest '*'; only that one ever needs to take more
    std::size_t star_text = 0;
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = ++p;
            star_text = t;
            continue;
        }
        const std::size_t next = p < pattern.size() ? match_one(pattern, p, text[t], folded) : kNo;
        if (next != kNo) {
            p = next;
            ++t;
            continue;
        }
        if (star == kNo) return false;
        p = star;
        t = ++star_text;
    }
    while (p < pattern.size() && pattern[p] == '*') ++p;
    return p == pattern.size();
}

GlobPattern::GlobPattern(std::string_view pattern, bool fold) : fold_(fold) {
    constexpr std::string_view kSpecial = "*?[]\\";
    const std::size_t first = fold ? 0 : std::min(pattern.find_first_of(kSpecial), pattern.size());
    head_ = pattern.substr(0, first);
    pattern.remove_prefix(first);
    if (pattern.empty() && !fold) {
        kind_ = Middle::Literal;
        return;
    }
    const std::size_t last = fold ? std::string_view::npos : pattern.find_last_of(kSpecial);
    // A byte behind a backslash is quoted by it and stays with it.
    const std::size_t end = last == std::string_view::npos ? pattern.size()
                            : pattern[last] == '\\'        ? std::min(last + 2, pattern.size())
                                                           : last + 1;
    tail_ = pattern.substr(end);
    middle_ = pattern.substr(0, end);
    if (middle_ == "*") {
        kind_ = Middle::Any;
    } else if (!fold && middle_.size() > 2 && middle_.front() == '*' && middle_.back() == '*' &&
               middle_.find_first_of(kSpecial, 1) == middle_.size() - 1) {
        kind_ = Middle::Contains;
        middle_ = middle_.substr(1, middle_.size() - 2);
    }
}

bool GlobPattern::matches(std::string_view text) const noexcept {
    if (text.size() < head_.size() + tail_.size() || !text.starts_with(head_) ||
        !text.ends_with(tail_))
        return false;
    text = text.substr(head_.size(), text.size() - head_.size() - tail_.size());
    switch (kind_) {
        case Middle::Literal: return text.empty();
        case Middle::Any: return true;
        case Middle::Contains:
            return text.size() >= middle_.size() &&
                   ::memmem(text.data(), text.size(), middle_.data(), middle_.size()) != nullptr;
        default: return glob_match(middle_, text, fold_);
    }
}

bool has_glob(std::string_view pattern) noexcept {
    return pattern.find_first_of("?*[") != std::string_view::npos;
}

}  // namespace sensor::eval
