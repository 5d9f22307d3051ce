// SPDX-License-Identifier: Apache-2.0
// What a comparison of two alert streams found, summed up while they are read, and its two forms
// for people and programs. Bounded by rules and fields, not by alerts. For compare.cpp.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "app/compare_alert.hpp"
#include "app/compare_stream.hpp"

namespace sensor::app {

/// A value of a field that differs, from both alerts of a pair.
struct ValueExample {
    std::array<std::uint64_t, 2> line{};
    std::array<std::string, 2> value;
};

struct FieldDifference {
    std::uint64_t count = 0;
    std::uint64_t explained = 0;
    std::string why;  ///< of those that are explained
    std::vector<ValueExample> examples;
};

/// An alert that only one stream has.
struct SingleExample {
    std::uint64_t line = 0, ts_ns = 0;
    std::string text;
};

struct RuleComparison {
    std::array<std::uint64_t, 2> alerts{}, only{};
    std::uint64_t paired = 0;
    std::uint64_t differing = 0;  ///< pairs; of them some are explained
    std::uint64_t explained = 0;
    std::array<std::vector<SingleExample>, 2> singles;
    std::map<std::string, FieldDifference> fields;
};

struct StreamSummary {
    std::string name;
    std::uint64_t alerts = 0, internal = 0, damaged = 0;
    std::uint64_t late = 0;     ///< too far out of order for some pairs
    std::uint64_t outside = 0;  ///< only here, before the first or after the last of the other
    std::uint64_t first_ns = 0, last_ns = 0;
    bool without_fields = false;  ///< no alert has output_fields
    std::vector<AlertStream::Damage> damages;
};

class ComparisonResult {
public:
    ComparisonResult(const NameTable& keys, const NameTable& rules, std::uint64_t window_ns)
        : keys_(keys), rules_(rules), window_ns_(window_ns) {}

    void note(std::size_t side, const ComparedAlert& alert);
    /// a pair, or one of them null
    void matched(const ComparedAlert* a, const ComparedAlert* b);

    bool differs() const;
    std::string text(bool colour) const;
    std::string json() const;  ///< one line

    std::array<StreamSummary, 2> streams;
    std::uint64_t early = 0;  ///< judged before their window was over, for want of memory
    std::uint64_t memory_mb = 0;
    std::vector<std::string> left_out;  ///< fields that were not compared

private:
    void pair(const ComparedAlert& a, const ComparedAlert& b);
    void single(std::size_t side, const ComparedAlert& alert);
    struct Totals {
        std::array<std::uint64_t, 2> only{};
        std::uint64_t paired = 0, differing = 0, explained = 0;
    };
    Totals totals() const;
    std::string head(bool colour) const;
    std::string table() const;
    std::string field_lines(bool colour) const;
    std::string single_lines(std::size_t side, bool colour) const;
    std::string conclusion(bool colour) const;

    const NameTable& keys_;
    const NameTable& rules_;
    const std::uint64_t window_ns_;
    std::map<std::string, RuleComparison> by_rule_;
    double offset_sum_ns_ = 0;  ///< how much later b is
    std::uint64_t farthest_ns_ = 0;
};

}  // namespace sensor::app
