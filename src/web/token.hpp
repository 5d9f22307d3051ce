// SPDX-License-Identifier: Apache-2.0
// The secret that requests must bring: read from a file that only its owner can change or others
// read, read again when it changes, compared in constant time.
#pragma once

#include <array>
#include <chrono>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "web/file_stamp.hpp"

namespace sensor::web {

class Token {
public:
    /// No token: nothing matches.
    Token() = default;

    /// fails: the file cannot be read; is owned by somebody who is neither root nor us; can be read
    /// or written by others, or written by its group; holds fewer than 16 or more than 4,096
    /// characters, or any that is not printable ASCII without blanks (but white space at the end)
    static Result<Token> from_file(const std::string& path);

    bool is_set() const noexcept { return !path_.empty(); }
    /// authorization: the header's value, "Bearer SECRET". Reads the file again if it changed;
    /// while the new content is refused, the old one holds, and the log says so.
    bool matches(std::string_view authorization, std::chrono::steady_clock::time_point now);

private:
    using Digest = std::array<unsigned char, 32>;

    std::string path_;
    FileStamp stamp_;
    Digest digest_{};  // of the secret, so that all comparisons have one length
};

}  // namespace sensor::web
