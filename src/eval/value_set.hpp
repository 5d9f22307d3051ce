// SPDX-License-Identifier: Apache-2.0
// ValueSet: the right side of `in` and `intersects` made quick to ask: texts in a hash table,
// numbers and addresses sorted, networks as merged ranges. Built at load, read per event.
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "event/value.hpp"
#include "lang/program.hpp"

namespace sensor::eval {

class ValueSet {
public:
    explicit ValueSet(const std::vector<lang::Constant>& constants);

    /// True if the value equals a constant or lies in one of the networks.
    /// cost: one hash or a binary search, no allocation
    bool contains(const Value& value) const noexcept;

private:
    struct Number {
        bool not_negative;
        std::uint64_t bits;
        auto operator<=>(const Number&) const = default;
    };
    using Address = std::array<std::uint64_t, 2>;  ///< big-endian order, IPv4 in the second half
    struct Range {
        Address first, last;
    };
    void add_number(const lang::Constant& constant);
    void add_address(const lang::Constant& constant);
    void build_table();
    bool has_text(std::string_view text) const noexcept;
    bool has_number(const Value& value) const noexcept;
    bool has_address(const Value& value) const noexcept;
    static void merge(std::vector<Range>& ranges);

    std::vector<std::string> texts_;
    std::bitset<256> lengths_;          ///< of texts_; most values are done with a look here
    std::vector<std::uint32_t> table_;  ///< index into texts_ + 1, 0: empty; size a power of two
    std::vector<Number> numbers_;
    std::vector<double> doubles_;
    std::vector<Range> v4_, v6_;
};

/// Address bytes as an ordered number; fails: nothing, other sizes give 0
std::array<std::uint64_t, 2> address_key(std::string_view bytes) noexcept;

}  // namespace sensor::eval
