// SPDX-License-Identifier: Apache-2.0
// What people see: colours where standard output is a terminal and NO_COLOR is not set, columns.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sensor::rulec {

enum class Colour { Plain, Bold, Dim, Red, Green, Yellow, Cyan };

class Paint {
public:
    explicit Paint(bool on) : on_(on) {}
    /// For standard output.
    static Paint of_stdout();

    bool on() const { return on_; }
    std::string operator()(Colour colour, const std::string& text) const;

private:
    bool on_;
};

/// Columns a text takes: code points of UTF-8.
std::size_t width(std::string_view text);
/// The text with blanks behind it, so that it takes `columns`; at least as it is.
std::string padded(const std::string& text, std::size_t columns);
/// "a, b, c".
std::string joined(const std::vector<std::string>& words, std::string_view between = ", ");
/// "1 rule", "2 rules".
std::string counted(std::size_t count, const std::string& word);

}  // namespace sensor::rulec
