// SPDX-License-Identifier: Apache-2.0
#include "rules/format_condition.hpp"

#include <algorithm>
#include <limits>

#include "lang/parse.hpp"
#include "rules/format.hpp"

namespace sensor::rules {
namespace {

constexpr std::size_t kWidth = 100;
constexpr std::size_t kFurther = 2;  // columns for each parenthesis around

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

struct Word {
    std::string text;
    int depth = 0;  ///< parentheses around its beginning
};

bool takes_list(const std::string& word) {
    return word == "in" || word == "intersects" || word == "pmatch";
}

/// Splits at blanks outside quotes; blanks at the inner side of parentheses go, a comma of a list
/// is followed by one.
class Splitter {
public:
    explicit Splitter(std::string_view text) : text_(text) {}

    std::vector<Word> split() {
        for (std::size_t k = 0; k < text_.size(); ++k) {
            const char c = text_[k];
            if (quote_ != 0) {
                in_quotes(k);
            } else if (is_blank(c)) {
                end_word();
            } else {
                outside(c);
            }
        }
        end_word();
        return std::move(words_);
    }

private:
    void in_quotes(std::size_t& k) {
        word_ += text_[k];
        if (text_[k] == '\\' && k + 1 < text_.size()) {
            word_ += text_[++k];
        } else if (text_[k] == quote_) {
            quote_ = 0;
        }
    }

    void outside(char c) {
        const char before = word_.empty() ? ' ' : word_.back();
        if ((c == ')' || c == ',') && word_.empty() && !words_.empty()) take_back();
        const bool starts = word_.empty() || before == '(' || before == ',';
        if (word_.empty()) depth_of_word_ = depth_;
        word_ += c;
        if ((c == '"' || c == '\'') && starts) quote_ = c;
        if (c == '(') {
            lists_.push_back(word_ == "(" && !words_.empty() && takes_list(words_.back().text));
            ++depth_;
        }
        if (c == ')' && depth_ > 0) {
            --depth_;
            lists_.pop_back();
        }
        if (c == ',' && !lists_.empty() && lists_.back()) end_word();
    }

    void end_word() {
        if (word_.empty() || word_.back() == '(') return;  // goes on behind the blank
        words_.push_back({std::move(word_), depth_of_word_});
        word_.clear();
    }

    /// A closing parenthesis or comma behind a blank belongs to the word before.
    void take_back() {
        word_ = std::move(words_.back().text);
        depth_of_word_ = words_.back().depth;
        words_.pop_back();
    }

    std::string_view text_;
    std::vector<Word> words_;
    std::vector<bool> lists_;  // by open parenthesis: does it hold a list
    std::string word_;
    int depth_ = 0, depth_of_word_ = 0;
    char quote_ = 0;
};

std::string joined(const std::vector<Word>& words) {
    std::string line;
    for (const Word& word : words) line += (line.empty() ? "" : " ") + word.text;
    return line;
}

bool is_joiner(const Word& word) { return word.text == "and" || word.text == "or"; }

using Words = std::vector<Word>;
using Output = std::vector<std::string>;

/// Broken at blanks, for what has no `and` or `or`.
void add_filled(const Words& words, std::size_t indent, std::size_t width, Output& lines) {
    std::string line(indent, ' ');
    bool fresh = true;
    for (const Word& word : words) {
        if (!fresh && line.size() + 1 + word.text.size() > width) {
            lines.push_back(std::move(line));
            line = std::string(indent + kFurther, ' ');
            fresh = true;
        }
        line += (fresh ? "" : " ") + word.text;
        fresh = false;
    }
    lines.push_back(std::move(line));
}

/// Parts between the joiners with the fewest parentheses around them, each but the first with its
/// joiner. fails: one part, there is no joiner
std::vector<Words> parts_of(const Words& words) {
    int least = std::numeric_limits<int>::max();
    for (std::size_t k = 1; k < words.size(); ++k) {
        if (is_joiner(words[k])) least = std::min(least, words[k].depth);
    }
    std::vector<Words> parts(1);
    for (std::size_t k = 0; k < words.size(); ++k) {
        if (k != 0 && is_joiner(words[k]) && words[k].depth == least) parts.emplace_back();
        parts.back().push_back(words[k]);
    }
    return parts;
}

/// As many parts a line as fit; what begins a line stands as far in as there are parentheses.
void add_parts(const Words& words, std::size_t indent, std::size_t width, Output& lines) {
    if (indent + joined(words).size() <= width) {
        lines.push_back(std::string(indent, ' ') + joined(words));
        return;
    }
    const std::vector<Words> parts = parts_of(words);
    if (parts.size() == 1) return add_filled(words, indent, width, lines);
    const std::size_t inner = kFurther * static_cast<std::size_t>(parts[1].front().depth);
    std::string line;
    const auto end_line = [&] {
        if (!line.empty()) lines.push_back(std::move(line));
        line.clear();
    };
    for (std::size_t k = 0; k < parts.size(); ++k) {
        const std::string text = joined(parts[k]);
        const std::size_t at = k == 0 ? indent : inner;
        if (!line.empty() && line.size() + 1 + text.size() <= width) {
            line += " " + text;
            continue;
        }
        end_line();
        if (at + text.size() <= width) {
            line = std::string(at, ' ') + text;
        } else {
            add_parts(parts[k], at, width, lines);
        }
    }
    end_line();
}

}  // namespace

std::string condition_line(std::string_view condition) {
    return joined(Splitter(condition).split());
}

std::vector<std::string> condition_lines(std::string_view condition, std::size_t width) {
    Output lines;
    Words part;
    const auto end_part = [&] {
        if (!part.empty()) add_parts(part, 0, width, lines);
        part.clear();
    };
    for (Word& word : Splitter(condition).split()) {
        if (word.depth == 0 && is_joiner(word)) end_part();
        part.push_back(std::move(word));
    }
    end_part();
    return lines;
}

bool same_condition(std::string_view a, std::string_view b) {
    const lang::ParseResult left = lang::parse_condition(a);
    const lang::ParseResult right = lang::parse_condition(b);
    if (left.root && right.root) return to_text(*left.root) == to_text(*right.root);
    return !left.root && !right.root && same_but_blanks(a, b);
}

bool same_but_blanks(std::string_view a, std::string_view b) {
    const auto without = [](std::string_view text) {
        std::string out(text);
        std::erase_if(out, [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; });
        return out;
    };
    return without(a) == without(b);
}

std::string format_condition(std::string_view condition) {
    std::string text = condition_line(condition);
    if (text.size() > kWidth) {
        text.clear();
        for (const std::string& line : condition_lines(condition, kWidth))
            text += (text.empty() ? "" : "\n") + line;
    }
    return text + "\n";
}

}  // namespace sensor::rules
