// SPDX-License-Identifier: Apache-2.0
// Where every byte of a condition was written: texts put together from YAML scalars, appends, list
// items and exceptions still know the file and line of each piece, so messages point there.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lang/diagnostic.hpp"
#include "rules/ruleset.hpp"

namespace sensor::rules {

/// A byte of one of the files.
struct Origin {
    std::uint32_t file = 0;
    std::uint32_t offset = 0;
};

/// A text and the origin of each of its bytes.
struct Sourced {
    std::string text;
    std::vector<Origin> origin;

    void append(const Sourced& other);
    /// All of `more` is said to come from `at`.
    void append(std::string_view more, Origin at);
    Sourced part(std::size_t begin, std::size_t size) const;
    /// Blanks at both ends removed.
    Sourced trimmed() const;
    /// Origin of byte `k`, or just behind the last one.
    Origin at(std::size_t k) const;
};

/// The line around byte `offset`, cut to 160 bytes, a newline, blanks and a caret, a newline.
std::string snippet_of(std::string_view text, std::size_t offset);

class Files {
public:
    explicit Files(const std::vector<SourceFile>& files);

    const SourceFile& file(std::uint32_t k) const { return files_[k]; }
    lang::Position position(Origin at) const;
    /// snippet_of the file; empty for an unknown one.
    std::string snippet(Origin at) const;

    /// Follows a decoded YAML scalar through its source, whatever its style (plain, quoted, folded,
    /// literal). `pos` is the YAML mark: an offset behind a byte order mark.
    Sourced trace(std::uint32_t file, int pos, std::string_view value) const;
    Origin origin(std::uint32_t file, int pos) const;

private:
    const std::vector<SourceFile>& files_;
    std::vector<std::vector<std::size_t>> lines_;  // by file: offsets of line starts
};

}  // namespace sensor::rules
