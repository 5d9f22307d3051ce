// SPDX-License-Identifier: Apache-2.0
// The rows of grammar/config.def as data: what keys there are, of what type, and what became of old
// ones. For every part of this module.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace sensor::config {

enum class Type : std::uint8_t {
    Flag,
    Number,
    Real,
    Text,
    Word,
    Level,
    Span,
    Texts,
    TextMap,
    List,
    Any
};

enum class Standing : std::uint8_t { Same, Ours, Changed, Default, Absent, Old };

struct Key {
    std::string_view path;
    Type type;
    std::string_view fallback;
    std::string_view shipped;  ///< in config/falco.yaml, if it is there and not the fallback
    std::string_view limits;
    Standing standing;
    std::string_view meaning;
    std::string_view note;
};

struct Section {
    std::string_view path;
    std::string_view required;  ///< keys the schema asks for, a blank between them
    std::string_view meaning;
};

struct OldKey {
    std::string_view path;
    std::string_view successor;  ///< empty: there is none
    std::string_view since;      ///< the version of the peer that no longer has it
    std::string_view note;
};

std::span<const Key> keys() noexcept;
std::span<const Section> sections() noexcept;
std::span<const OldKey> old_keys() noexcept;

/// Numbers from `least` to `most`, both included; without a bound the limit of double.
struct Range {
    double least, most;
    bool bounded_above;
};
Range range_of(const Key& key) noexcept;

/// What a Word or Level is called ("rule priority"), and what it may be.
struct Words {
    std::string_view noun;
    std::vector<std::string_view> words;
};
Words words_of(const Key& key);

}  // namespace sensor::config
