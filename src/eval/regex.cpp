// SPDX-License-Identifier: Apache-2.0
#include "eval/regex.hpp"

#include <re2/re2.h>

#include <cstring>

namespace sensor::eval {
namespace {

/// Bytes of the well-formed sequence at the start of `s`, 0 if there is none.
std::size_t sequence_length(std::string_view s) noexcept {
    const auto byte = [&](std::size_t k) -> unsigned {
        return k < s.size() ? static_cast<unsigned char>(s[k]) : 0U;
    };
    const auto follows = [&](std::size_t k, unsigned low, unsigned high) {
        return byte(k) >= low && byte(k) <= high;
    };
    const unsigned first = byte(0);
    if (first < 0x80) return 1;
    if (first < 0xc2 || first > 0xf4) return 0;
    if (first < 0xe0) return follows(1, 0x80, 0xbf) ? 2 : 0;
    if (first < 0xf0) {  // no overlong forms, no surrogates
        const bool second = follows(1, first == 0xe0 ? 0xa0 : 0x80, first == 0xed ? 0x9f : 0xbf);
        return second && follows(2, 0x80, 0xbf) ? 3 : 0;
    }
    const bool second = follows(1, first == 0xf0 ? 0x90 : 0x80, first == 0xf4 ? 0x8f : 0xbf);
    return second && follows(2, 0x80, 0xbf) && follows(3, 0x80, 0xbf) ? 4 : 0;
}

/// Copy of `text` in the arena with U+FFFD for every bad byte. fails: false if there is no room
bool repair(std::string_view text, fields::Arena& arena, std::string_view& out) noexcept {
    char* buffer = arena.take(text.size() * 3);
    if (buffer == nullptr) return false;
    std::size_t used = 0;
    while (!text.empty()) {
        const std::size_t n = sequence_length(text);
        std::memcpy(buffer + used, n == 0 ? "\xef\xbf\xbd" : text.data(), n == 0 ? 3 : n);
        used += n == 0 ? 3 : n;
        text.remove_prefix(n == 0 ? 1 : n);
    }
    arena.shrink(buffer, used);
    out = {buffer, used};
    return true;
}

}  // namespace

Regex::Regex(std::unique_ptr<re2::RE2> re) : re_(std::move(re)) {}
Regex::Regex(Regex&&) noexcept = default;
Regex& Regex::operator=(Regex&&) noexcept = default;
Regex::~Regex() = default;

Result<Regex> Regex::compile(const std::string& pattern) {
    re2::RE2::Options options;
    options.set_posix_syntax(true);
    options.set_longest_match(true);
    options.set_log_errors(false);
    auto re = std::make_unique<re2::RE2>(pattern, options);
    if (!re->ok()) return Error("regex '" + pattern + "': " + re->error());
    return Regex(std::move(re));
}

std::size_t valid_utf8_prefix(std::string_view text) noexcept {
    std::size_t at = 0;
    while (at < text.size()) {
        const std::size_t n = sequence_length(text.substr(at));
        if (n == 0) break;
        at += n;
    }
    return at;
}

bool Regex::matches(std::string_view text, fields::Arena* arena) const noexcept {
    if (valid_utf8_prefix(text) != text.size()) {
        if (arena == nullptr || !repair(text, *arena, text)) return false;
    }
    return re2::RE2::FullMatch(re2::StringPiece(text.data(), text.size()), *re_);
}

}  // namespace sensor::eval
