// SPDX-License-Identifier: Apache-2.0
// What a layout must know of the source of a YAML file beyond its content, for format.cpp: where
// comments are, and whether there is anything that no layout keeps.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace sensor::rules {

struct Comment {
    std::size_t line = 0;   ///< from 0
    std::size_t begin = 0;  ///< offset of the #
    bool own_line = false;  ///< nothing but blanks before it
    std::string text;       ///< from the #, without blanks at the end
};

/// Lines of a text without their newlines.
class Lines {
public:
    explicit Lines(std::string_view text);
    std::size_t count() const { return begins_.size(); }
    std::string_view operator[](std::size_t line) const;
    std::size_t begin(std::size_t line) const { return begins_[line]; }
    std::size_t line_of(std::size_t offset) const;

private:
    std::string_view text_;
    std::vector<std::size_t> begins_;
};

/// text: YAML that parses, without byte order mark and carriage returns
/// fails: Error "LINE:COLUMN: why" for anchors, aliases, tags and several documents
Result<std::vector<Comment>> find_comments(const std::string& text);

/// Columns of blanks before a line's first other character; the length of an empty line.
std::size_t indent_of(std::string_view line);
bool is_blank_line(std::string_view line);

}  // namespace sensor::rules
