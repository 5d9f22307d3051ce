// SPDX-License-Identifier: Apache-2.0
// Answers: those of all predicates that a part of the engine knows, as what is usual and a list of
// what is not. Lists are stored once: their number stands for all the answers.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/list_pool.hpp"
#include "engine/text_predicates.hpp"
#include "lang/program.hpp"

namespace sensor::engine {

class Answers {
public:
    explicit Answers(const lang::Program& program) : flipped_(program.predicates.size()) {
        for (const lang::Predicate& predicate : program.predicates)
            usual_.push_back(usual_answer(predicate));
    }

    /// Sets the answers: usual but for these.
    void set(std::span<const std::uint32_t> unusual) noexcept {
        if (++stamp_ == 0) {
            std::fill(flipped_.begin(), flipped_.end(), 0U);
            stamp_ = 1;
        }
        add(unusual);
    }
    void add(std::span<const std::uint32_t> unusual) noexcept {
        for (const std::uint32_t k : unusual) flipped_[k] = stamp_;
    }
    bool operator()(std::uint32_t predicate) const noexcept {
        return usual_[predicate] != (flipped_[predicate] == stamp_);
    }

private:
    std::vector<bool> usual_;
    std::vector<std::uint32_t> flipped_;
    std::uint32_t stamp_ = 0;
};

/// Groups predicates with constants on the right by their text term, for those terms and predicates
/// that `wanted` accepts.
template <typename Wanted>
std::vector<TextPredicates> text_predicates(const lang::Program& program, Wanted&& wanted) {
    std::vector<TextPredicates> all;
    std::vector<std::vector<std::uint32_t>> by_term(program.terms.size());
    for (std::uint32_t k = 0; k < program.predicates.size(); ++k) {
        if (wanted(k)) by_term[program.predicates[k].left].push_back(k);
    }
    for (std::uint32_t term = 0; term < by_term.size(); ++term) {
        if (!by_term[term].empty()) all.emplace_back(program, term, by_term[term]);
    }
    return all;
}

}  // namespace sensor::engine
