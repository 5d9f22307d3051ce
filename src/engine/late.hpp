// SPDX-License-Identifier: Apache-2.0
// LateParts: what of a rule set hangs on fields marked LATE, which may not be known yet when an
// event is judged, and what must be kept of the event so that it can be judged when they are.
#pragma once

#include <cstdint>
#include <vector>

#include "lang/program.hpp"

namespace sensor::engine {

class LateParts {
public:
    explicit LateParts(const lang::Program& program);

    /// What of the container a term asks for: bits of late_part, 0 if it is not late.
    std::uint8_t parts_of_term(std::uint32_t term) const noexcept { return terms_[term]; }
    /// By predicate: one of its sides is late.
    const std::vector<bool>& predicates() const noexcept { return predicates_; }
    /// By condition: one of its predicates is late.
    bool is_late_condition(std::uint32_t condition) const noexcept {
        return parts_of_condition(condition) != 0;
    }
    /// What of the container its predicates ask for: bits of late_part.
    std::uint8_t parts_of_condition(std::uint32_t condition) const noexcept {
        return nodes_[program_->conditions[condition].root];
    }

    /// What a condition asks of the event beside the late fields. cost: of its nodes
    void add_needs(std::uint32_t condition, std::vector<std::uint32_t>& predicates,
                   std::vector<std::uint32_t>& terms) const;
    /// Terms that a term is made of, down to those that are not late.
    void add_needs(std::uint32_t term, std::vector<std::uint32_t>& terms) const;

private:
    const lang::Program* program_;
    std::vector<std::uint8_t> terms_, nodes_;  // parts
    std::vector<bool> predicates_;
};

}  // namespace sensor::engine
