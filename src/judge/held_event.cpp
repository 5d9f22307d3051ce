// SPDX-License-Identifier: Apache-2.0
#include "judge/held_event.hpp"

#include <algorithm>
#include <cstring>

namespace sensor::judge {
namespace {

constexpr std::size_t kAlign = alignof(Value);

std::size_t rounded(std::size_t bytes) { return (bytes + kAlign - 1) / kAlign * kAlign; }

bool has_bytes(const Value& value) {
    return value.kind == Kind::Text || value.kind == Kind::Bytes || value.kind == Kind::Ip4 ||
           value.kind == Kind::Ip6;
}

std::size_t bytes_of(const Value& value) {
    if (has_bytes(value)) return rounded(value.len);
    if (value.kind != Kind::List) return 0;
    std::size_t sum = value.len * sizeof(Value);
    for (std::uint32_t k = 0; k < value.len; ++k) sum += bytes_of(value.list()[k]);
    return sum;
}

/// Copies what the value points to and lets it point there. out: the end of the copy
std::byte* move_into(Value& value, std::byte* to) {
    if (has_bytes(value)) {
        if (value.len != 0) std::memcpy(to, value.text().data(), value.len);
        value.bits = reinterpret_cast<std::uintptr_t>(to);
        return to + rounded(value.len);
    }
    if (value.kind != Kind::List) return to;
    auto* const items = reinterpret_cast<Value*>(to);
    std::copy_n(value.list(), value.len, items);
    to += value.len * sizeof(Value);
    for (std::uint32_t k = 0; k < value.len; ++k) to = move_into(items[k], to);
    value.bits = reinterpret_cast<std::uintptr_t>(items);
    return to;
}

}  // namespace

void HeldEvent::own_values() {
    std::size_t sum = 0;
    for (const engine::KnownTerm& known : terms) sum += bytes_of(known.value);
    bytes = std::make_unique_for_overwrite<std::byte[]>(sum);
    std::byte* to = bytes.get();
    for (engine::KnownTerm& known : terms) to = move_into(known.value, to);
    size = sizeof(HeldEvent) + sum + matches.capacity() * sizeof(engine::EarlyMatch) +
           terms.capacity() * sizeof(engine::KnownTerm) +
           answers.capacity() * sizeof(engine::KnownAnswer);
}

}  // namespace sensor::judge
