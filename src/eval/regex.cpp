// SPDX-License-Identifier: Apache-2.0
#include "eval/regex.hpp"

#include <re2/re2.h>

#include <cstring>

#include "base/utf8.hpp"

namespace sensor::eval {
namespace {

/// Copy of `text` in the arena with U+FFFD for every bad byte. fails: false if there is no room
bool repair(std::string_view text, fields::Arena& arena, std::string_view& out) noexcept {
    char* buffer = arena.take(text.size() * 3);
    if (buffer == nullptr) return false;
    std::size_t used = 0;
    while (!text.empty()) {
        const std::size_t n = utf8_length(text);
        std::memcpy(buffer + used, n == 0 ? "\xef\xbf\xbd" : text.data(), n == 0 ? 3 : n);
        used += n == 0 ? 3 : n;
        text.remove_prefix(n == 0 ? 1 : n);
    }
    arena.shrink(buffer, used);
    out = {buffer, used};
    return true;
}

/// Length of the longest prefix of `text` that is valid UTF-8.
std::size_t valid_utf8_prefix(std::string_view text) noexcept {
    std::size_t at = 0;
    while (at < text.size()) {
        const std::size_t n = utf8_length(text.substr(at));
        if (n == 0) break;
        at += n;
    }
    return at;
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

bool Regex::matches(std::string_view text, fields::Arena* arena) const noexcept {
    if (valid_utf8_prefix(text) != text.size()) {
        if (arena == nullptr || !repair(text, *arena, text)) return false;
    }
    return re2::RE2::FullMatch(re2::StringPiece(text.data(), text.size()), *re_);
}

}  // namespace sensor::eval
