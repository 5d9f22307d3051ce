// SPDX-License-Identifier: Apache-2.0
// Logic: what follows from what among the conditions of a Program, by their form. Every "yes" is
// sure for every event; a "no" only says that it is not seen. Built for lints, never for judging.
#pragma once

#include <cstdint>
#include <unordered_map>

#include "lang/program.hpp"

namespace sensor::rulec {

class Logic {
public:
    /// Borrows; nodes may be added to the program while this lives.
    explicit Logic(const lang::Program& program) : program_(program) {}

    /// Whenever node `a` holds, node `b` holds.
    /// cost: nodes of a times nodes of b, remembered
    bool implies(std::uint32_t a, std::uint32_t b);
    /// Nodes `a` and `b` never hold together.
    bool disjoint(std::uint32_t a, std::uint32_t b);

private:
    using Memo = std::unordered_map<std::uint64_t, bool>;
    bool find_implies(const lang::CondNode& a, const lang::CondNode& b, std::uint32_t at,
                      std::uint32_t bt);
    bool find_disjoint(const lang::CondNode& a, const lang::CondNode& b, std::uint32_t at,
                       std::uint32_t bt);

    const lang::Program& program_;
    Memo implies_, disjoint_;
};

/// One check follows from another. Both are positive: their field is there when they hold.
bool implies(const lang::Program& program, const lang::Predicate& a, const lang::Predicate& b);
bool disjoint(const lang::Program& program, const lang::Predicate& a, const lang::Predicate& b);

/// A check of one value against constants, whose outcome for a given value can be computed.
bool is_plain(const lang::Program& program, const lang::Predicate& p);
/// Does a plain check hold for a value? known: false if it cannot be said
bool holds_for(const lang::Predicate& p, const lang::Constant& value, bool& known);

}  // namespace sensor::rulec
