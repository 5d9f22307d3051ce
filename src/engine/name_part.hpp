// SPDX-License-Identifier: Apache-2.0
// NamePart: which conditions the type of an event, its names (of files, mostly) and what an open is
// for leave possible. Names that rules say nothing unusual of, nearly all, leave the same few.
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <vector>

#include "engine/answers.hpp"
#include "engine/dispatch.hpp"
#include "engine/memo.hpp"
#include "engine/partial.hpp"

namespace sensor::engine {

class NamePart {
public:
    /// Keeps its lists in the pool.
    NamePart(const lang::Program& program, const Dispatch& dispatch, ListPool& pool);

    /// The list of those of an event's conditions that may hold, in the same order.
    /// in:   the list dispatch gives for the frame's event
    /// out:  ListPool::kNone: the pool is full
    /// cost: a look into the tables of the predicates on its names; no allocation
    std::uint32_t narrow(eval::Frame& frame, std::uint32_t list) noexcept {
        const std::uint8_t group = groups_of_[frame.type];
        return group == 0 ? list : look_up(frame, groups_[group - 1], list);
    }
    /// The lists of the pool are void.
    void clear() noexcept;

private:
    static constexpr std::size_t kMostTexts = 3;
    static constexpr std::uint32_t kNothing = 0;  // of lists_: the first, which is empty
    /// Event types whose conditions look at the same names.
    struct Group {
        std::vector<std::uint32_t> texts;  ///< of texts_, in the order they are asked
        std::vector<Partial> known;        ///< after each of them; last, with the flags
    };
    /// What an event looks like.
    struct Look {
        std::uint32_t type_and_flags = 0;                 ///< flags as two bits each, if asked
        std::array<std::uint32_t, kMostTexts> unusual{};  ///< of lists_; kNone: not asked
        bool operator==(const Look&) const = default;
    };

    void choose(const lang::Program& program, const Dispatch& dispatch);
    std::uint8_t group_of(const lang::Program& program, const std::vector<Partial>& by_text,
                          std::span<const std::uint32_t> conditions);
    std::uint32_t look_up(eval::Frame& frame, Group& group, std::uint32_t list) noexcept;
    std::uint32_t unusual_of(eval::Frame& frame, std::uint32_t text) noexcept;
    std::uint32_t flags_of(eval::Frame& frame) const noexcept;
    std::uint32_t recall(eval::Frame& frame, Partial& partial, const Look& look,
                         std::uint32_t list) noexcept;
    std::uint32_t compute(eval::Frame& frame, Partial& partial, const Look& look,
                          std::uint32_t list) noexcept;
    void forget_answers() noexcept;

    ListPool& pool_;
    Judgements judgements_;
    std::vector<TextPredicates> texts_;
    std::vector<std::uint32_t> flags_;  // terms: what an open is for; other events have no say
    std::bitset<REC_MAX_EVENTS> opens_;
    std::vector<bool> on_type_, asked_;  // predicates on the type; on that or those
    std::vector<Group> groups_;
    std::array<std::uint8_t, REC_MAX_EVENTS> groups_of_{};  // number + 1; 0: names do not matter
    ListPool lists_;                                        // of unusual predicates
    std::vector<std::uint32_t> alone_;                      // those of one predicate; kNone: unused
    Unusual unusual_;
    Answers answers_;
    Memo<Look, 4096> looks_;  // what is left of the conditions
};

}  // namespace sensor::engine
