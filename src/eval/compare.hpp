// SPDX-License-Identifier: Apache-2.0
// Comparisons of two present single values: the meaning of every operator that needs nothing but
// its two sides. Called by ops.cpp; generated code does the commonest of these inline and must
// agree.
#pragma once

#include <string_view>

#include "event/field_table.hpp"
#include "event/value.hpp"

namespace sensor::eval {

/// True for values that are a run of bytes to string operators.
inline bool is_textual(const Value& v) noexcept {
    return v.kind == Kind::Text || v.kind == Kind::Bytes;
}
inline bool is_number(const Value& v) noexcept {
    return v.kind == Kind::Int || v.kind == Kind::Uint || v.kind == Kind::Bool ||
           v.kind == Kind::Double;
}

/// = != < <= > >= and the operators on bytes (contains, startswith, ...), but not glob, regex and
/// those that take a list. Numbers compare by value whatever their sign type, text and buffers
/// byte by byte, addresses only within their family; values that cannot be compared are unequal.
/// cost: O(bytes), no allocation
bool compare(Op op, const Value& left, const Value& right) noexcept;

/// Value equality: what `=` means.
bool equal(const Value& left, const Value& right) noexcept;

/// True if `address` (Ip4, Ip6) lies in `net` (same kinds) cut to `prefix` bits. Another family:
/// false.
bool in_net(const Value& address, const Value& net, unsigned prefix) noexcept;

bool contains(std::string_view text, std::string_view part) noexcept;
/// ASCII case does not matter.
bool contains_fold(std::string_view text, std::string_view part) noexcept;

inline unsigned char fold(char c) noexcept {
    const auto u = static_cast<unsigned char>(c);
    return u >= 'A' && u <= 'Z' ? static_cast<unsigned char>(u + 32) : u;
}

}  // namespace sensor::eval
