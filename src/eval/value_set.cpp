// SPDX-License-Identifier: Apache-2.0
#include "eval/value_set.hpp"

#include <algorithm>

#include "eval/compare.hpp"
#include "eval/hash.hpp"

namespace sensor::eval {

std::array<std::uint64_t, 2> address_key(std::string_view bytes) noexcept {
    std::array<std::uint64_t, 2> key{0, 0};
    for (const char c : bytes) {
        key[0] = key[0] << 8 | key[1] >> 56;
        key[1] = key[1] << 8 | static_cast<unsigned char>(c);
    }
    return key;
}

ValueSet::ValueSet(const std::vector<lang::Constant>& constants) {
    for (const lang::Constant& c : constants) {
        switch (c.kind) {
            case Kind::Text:
            case Kind::Bytes: texts_.push_back(c.bytes); break;
            case Kind::Ip4:
            case Kind::Ip6: add_address(c); break;
            case Kind::Double: doubles_.push_back(__builtin_bit_cast(double, c.bits)); break;
            default: add_number(c); break;
        }
    }
    std::sort(numbers_.begin(), numbers_.end());
    merge(v4_);
    merge(v6_);
    build_table();
}

void ValueSet::add_number(const lang::Constant& constant) {
    const bool negative =
        constant.kind == Kind::Int && static_cast<std::int64_t>(constant.bits) < 0;
    numbers_.push_back({!negative, constant.bits});
}

void ValueSet::add_address(const lang::Constant& constant) {
    const unsigned width = constant.kind == Kind::Ip4 ? 32 : 128;
    const unsigned prefix = constant.is_net ? std::min<unsigned>(constant.prefix, width) : width;
    const unsigned host_bits = width - prefix;
    Address mask{0, 0};
    for (unsigned bit = 0; bit < host_bits; ++bit)
        mask[1 - bit / 64] |= std::uint64_t{1} << (bit % 64);
    const Address key = address_key(constant.bytes);
    const Range range{{key[0] & ~mask[0], key[1] & ~mask[1]}, {key[0] | mask[0], key[1] | mask[1]}};
    (constant.kind == Kind::Ip4 ? v4_ : v6_).push_back(range);
}

/// Sorts and joins ranges that overlap, so that one binary search decides.
void ValueSet::merge(std::vector<Range>& ranges) {
    std::sort(ranges.begin(), ranges.end(),
              [](const Range& a, const Range& b) { return a.first < b.first; });
    std::size_t kept = 0;
    for (const Range& range : ranges) {
        if (kept != 0 && range.first <= ranges[kept - 1].last) {
            ranges[kept - 1].last = std::max(ranges[kept - 1].last, range.last);
        } else {
            ranges[kept++] = range;
        }
    }
    ranges.resize(kept);
}

void ValueSet::build_table() {
    if (texts_.empty()) return;
    std::size_t size = 4;
    while (size < texts_.size() * 2) size *= 2;
    table_.assign(size, 0);
    for (std::size_t k = 0; k < texts_.size(); ++k) {
        lengths_.set(std::min<std::size_t>(texts_[k].size(), 255));
        std::size_t at = text_hash(texts_[k], 0) & (size - 1);
        while (table_[at] != 0) at = (at + 1) & (size - 1);
        table_[at] = static_cast<std::uint32_t>(k + 1);
    }
}

bool ValueSet::has_text(std::string_view text) const noexcept {
    if (!lengths_[std::min<std::size_t>(text.size(), 255)]) return false;
    const std::size_t mask = table_.size() - 1;
    for (std::size_t at = text_hash(text, 0) & mask; table_[at] != 0; at = (at + 1) & mask) {
        if (texts_[table_[at] - 1] == text) return true;
    }
    return false;
}

bool ValueSet::has_number(const Value& value) const noexcept {
    for (const double d : doubles_) {
        if (equal(value, Value::of_double(d))) return true;
    }
    if (value.kind == Kind::Double) {
        return std::any_of(numbers_.begin(), numbers_.end(), [&](const Number& n) {
            const auto bits = static_cast<std::int64_t>(n.bits);
            return equal(value, n.not_negative ? Value::of_uint(n.bits) : Value::of_int(bits));
        });
    }
    const bool negative = value.kind == Kind::Int && value.as_int() < 0;
    return std::binary_search(numbers_.begin(), numbers_.end(), Number{!negative, value.bits});
}

bool ValueSet::has_address(const Value& value) const noexcept {
    const std::vector<Range>& ranges = value.kind == Kind::Ip4 ? v4_ : v6_;
    const Address key = address_key(value.text());
    const auto behind =
        std::upper_bound(ranges.begin(), ranges.end(), key,
                         [](const Address& a, const Range& range) { return a < range.first; });
    return behind != ranges.begin() && key <= std::prev(behind)->last;
}

bool ValueSet::contains(const Value& value) const noexcept {
    switch (value.kind) {
        case Kind::Text:
        case Kind::Bytes: return has_text(value.text());
        case Kind::Int:
        case Kind::Uint:
        case Kind::Bool:
        case Kind::Double: return has_number(value);
        case Kind::Ip4:
        case Kind::Ip6: return has_address(value);
        default: return false;
    }
}

}  // namespace sensor::eval
