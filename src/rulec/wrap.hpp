// SPDX-License-Identifier: Apache-2.0
// Layout of text for people.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sensor::rulec {

inline constexpr std::size_t kTextWidth = 100;

/// "a, b, c" broken between items, every line behind `indent` blanks, with a newline at the end.
std::string wrapped_list(const std::vector<std::string>& items, std::size_t indent);

/// Words broken at blanks. The first line goes on where `column` says.
std::string wrapped_words(std::string_view text, std::size_t indent, std::size_t column);

/// Rows of cells as columns, two blanks apart; numbers are given right-aligned by `right`.
class Columns {
public:
    /// right: by column, true for cells that end at the right edge
    explicit Columns(std::vector<bool> right) : right_(std::move(right)) {}
    void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
    /// Each row a line behind `indent` blanks.
    std::string text(std::size_t indent) const;

private:
    std::vector<bool> right_;
    std::vector<std::vector<std::string>> rows_;
};

}  // namespace sensor::rulec
