// SPDX-License-Identifier: Apache-2.0
// One check of a condition: left side, operator and right side to a Predicate. Used by check.cpp.
#pragma once

#include <optional>
#include <string>

#include "lang/checker.hpp"
#include "lang/event_set.hpp"

namespace sensor::lang {

struct Comparison {
    Predicate predicate;
    std::optional<bool> always;  ///< the check is decided already
    TruthSets sets;
};

/// Constants of `in` in their one order, each once: equal sets are equal predicates.
void sort_constants(std::vector<Constant>& constants);

class Comparisons {
public:
    explicit Comparisons(TermBuilder& terms) : terms_(terms) {}

    /// fails: nullopt, reported
    std::optional<Comparison> build(const Node& node);

private:
    bool operator_fits(const Node& node, const TermUse& left);
    bool right_term(const Node& node, const TermUse& left, Predicate& predicate);
    bool right_constants(const Node& node, const TermUse& left, Predicate& predicate);
    bool check_value(const Node& node, const TermUse& left, const Operand& value);
    void warn_of_text(const Node& node, const Operand& value);
    void canonical(const TermUse& left, Predicate& predicate);

    TermBuilder& terms_;
};

}  // namespace sensor::lang
