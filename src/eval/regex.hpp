// SPDX-License-Identifier: Apache-2.0
// Regex: one compiled `regex` pattern: RE2 in POSIX syntax, anchored at both ends, on text whose
// invalid UTF-8 is replaced by U+FFFD. The only file of this module that names RE2.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "fields/arena.hpp"

namespace re2 {
class RE2;
}

namespace sensor::eval {

class Regex {
public:
    Regex(Regex&&) noexcept;
    Regex& operator=(Regex&&) noexcept;
    ~Regex();

    /// fails: Error with RE2's reason
    static Result<Regex> compile(const std::string& pattern);

    /// True if the whole text matches. Linear in the text; RE2 may allocate states the first
    /// times, within its fixed budget. Repairs invalid UTF-8 in `arena`; no room there: false.
    bool matches(std::string_view text, fields::Arena* arena) const noexcept;

private:
    explicit Regex(std::unique_ptr<re2::RE2> re);
    std::unique_ptr<re2::RE2> re_;
};

}  // namespace sensor::eval
