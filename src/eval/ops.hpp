// SPDX-License-Identifier: Apache-2.0
// Predicates in evaluable form and their general evaluation: operator, modifier, quantifier and
// right side on present values. Called by the runtime for the interpreter and, for everything that
// has no inline code, by machine code.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "base/result.hpp"
#include "eval/glob.hpp"
#include "eval/path_trie.hpp"
#include "eval/regex.hpp"
#include "eval/value_set.hpp"
#include "fields/arena.hpp"
#include "lang/program.hpp"

namespace sensor::eval {

/// One constant of the right side, ready to compare with.
struct Operand {
    Value value;  ///< borrows from the lang::Constant it was made from
    bool is_net = false;
    std::uint8_t prefix = 0;
    std::optional<Regex> regex;
    std::unique_ptr<GlobPattern> glob;
};

struct PreparedPredicate {
    Op op{};
    Modifier modifier = Modifier::none;
    lang::Quantifier quantifier = lang::Quantifier::One;
    std::vector<Operand> operands;   ///< of operators that compare with one after another
    std::unique_ptr<ValueSet> set;   ///< in, intersects
    std::unique_ptr<PathTrie> trie;  ///< pmatch
};

/// Value of a constant; texts and addresses stay borrowed from it.
Value to_value(const lang::Constant& constant) noexcept;

/// Compiles patterns and sets. `predicate` must outlive the result.
/// fails: Error if a regex is refused (the checker should have done so before)
Result<PreparedPredicate> prepare(const lang::Predicate& predicate);

/// Does the predicate hold?
/// left:  present
/// right: value of the right-hand term (present), nullptr if the right side is constants
/// arena: for the repaired text of a regex; may be null
/// cost:  no allocation but inside RE2
bool holds(const PreparedPredicate& predicate, const Value& left, const Value* right,
           fields::Arena* arena) noexcept;

}  // namespace sensor::eval
