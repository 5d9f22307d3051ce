// SPDX-License-Identifier: Apache-2.0
// glob_match: POSIX fnmatch without flags, on bytes, independent of the locale and never
// exponential. In: pattern and text of any bytes; used by `glob`, `iglob` and `pmatch`.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace sensor::eval {

/// `*` any bytes (also '/'), `?` one byte, [abc] [!a] [a-z] [[:alpha:]], a backslash quotes the
/// next byte; an unclosed '[' stands for itself. The whole text must match.
/// fold: ASCII case does not matter
/// cost: O(text x pattern) at worst, no allocation
bool glob_match(std::string_view pattern, std::string_view text, bool fold) noexcept;

/// A pattern looked at once: its literal ends refuse most texts without a walk. Answers as
/// glob_match does.
class GlobPattern {
public:
    GlobPattern(std::string_view pattern, bool fold);
    bool matches(std::string_view text) const noexcept;

private:
    enum class Middle { Pattern, Literal, Any, Contains };

    std::string head_, tail_, middle_;  // literal, literal, what stands between
    Middle kind_ = Middle::Pattern;
    bool fold_;
};

/// True if the pattern has a byte that stands for more than itself.
bool has_glob(std::string_view pattern) noexcept;

}  // namespace sensor::eval
