// SPDX-License-Identifier: Apache-2.0
// Layout of conditions, for format.cpp: by words, so that spelling and parentheses stay.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sensor::rules {

/// The condition in one line: a blank between words, none inside parentheses.
std::string condition_line(std::string_view condition);

/// The same in lines of at most `width` bytes where words allow: each `and` and `or` outside all
/// parentheses begins a line, those inside where they must, two columns further in for each
/// parenthesis.
std::vector<std::string> condition_lines(std::string_view condition, std::size_t width);

/// Do both texts mean the same: equal trees, or equal words where they are no conditions.
bool same_condition(std::string_view a, std::string_view b);
/// Blanks and ends of lines do not count.
bool same_but_blanks(std::string_view a, std::string_view b);

}  // namespace sensor::rules
