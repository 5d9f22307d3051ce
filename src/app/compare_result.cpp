// SPDX-License-Identifier: Apache-2.0
#include "app/compare_result.hpp"

#include <algorithm>

#include "app/compare_known.hpp"
#include "app/compare_match.hpp"

namespace sensor::app {
namespace {

constexpr std::size_t kExamples = 3;

}  // namespace

void ComparisonResult::note(std::size_t side, const ComparedAlert& alert) {
    StreamSummary& stream = streams[side];
    if (stream.alerts == 0) stream.without_fields = true;
    if (alert.has_fields) stream.without_fields = false;
    stream.first_ns = stream.alerts == 0 ? alert.ts_ns : std::min(stream.first_ns, alert.ts_ns);
    stream.last_ns = std::max(stream.last_ns, alert.ts_ns);
    ++stream.alerts;
    if (alert.internal) {
        ++stream.internal;
    } else {
        ++by_rule_[rules_.text(alert.rule)].alerts[side];
    }
}

void ComparisonResult::matched(const ComparedAlert* a, const ComparedAlert* b) {
    if (a != nullptr && b != nullptr) {
        pair(*a, *b);
    } else {
        single(a == nullptr ? 1 : 0, a == nullptr ? *b : *a);
    }
}

void ComparisonResult::pair(const ComparedAlert& a, const ComparedAlert& b) {
    RuleComparison& rule = by_rule_[rules_.text(a.rule)];
    ++rule.paired;
    const std::uint64_t apart = a.ts_ns < b.ts_ns ? b.ts_ns - a.ts_ns : a.ts_ns - b.ts_ns;
    offset_sum_ns_ += a.ts_ns < b.ts_ns ? static_cast<double>(apart) : -static_cast<double>(apart);
    farthest_ns_ = std::max(farthest_ns_, apart);
    bool differs = false, all_explained = true;
    each_difference(a, b, [&](const ComparedValue& one, const ComparedValue& other) {
        const std::string& name = keys_.text(one.key);
        FieldDifference& field = rule.fields[name];
        const std::string_view why = explained(name, one, other);
        differs = true;
        ++field.count;
        if (why.empty()) {
            all_explained = false;
        } else {
            ++field.explained;
            field.why = why;
        }
        // Those that nothing explains are the ones to look at.
        const std::uint64_t seen = why.empty() ? field.count - field.explained : field.count;
        ValueExample example{{a.line, b.line}, {shown(one), shown(other)}};
        if (field.examples.size() < kExamples) {
            field.examples.push_back(std::move(example));
        } else if (why.empty() && seen <= kExamples) {
            field.examples[seen - 1] = std::move(example);
        }
    });
    rule.differing += differs ? 1 : 0;
    rule.explained += differs && all_explained ? 1 : 0;
}

void ComparisonResult::single(std::size_t side, const ComparedAlert& alert) {
    RuleComparison& rule = by_rule_[rules_.text(alert.rule)];
    ++rule.only[side];
    const StreamSummary& other = streams[1 - side];
    const bool outside = other.alerts == 0 || alert.ts_ns + window_ns_ < other.first_ns ||
                         alert.ts_ns > other.last_ns + window_ns_;
    if (outside) ++streams[side].outside;
    if (rule.singles[side].size() < kExamples)
        rule.singles[side].push_back({alert.line, alert.ts_ns, alert.text});
}

ComparisonResult::Totals ComparisonResult::totals() const {
    Totals sum;
    for (const auto& [name, rule] : by_rule_) {
        sum.only[0] += rule.only[0];
        sum.only[1] += rule.only[1];
        sum.paired += rule.paired;
        sum.differing += rule.differing;
        sum.explained += rule.explained;
    }
    return sum;
}

bool ComparisonResult::differs() const {
    const Totals sum = totals();
    return sum.only[0] + sum.only[1] != 0 || sum.differing != sum.explained;
}

}  // namespace sensor::app
