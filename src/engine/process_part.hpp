// SPDX-License-Identifier: Apache-2.0
// ProcessPart: which conditions the process of an event leaves possible, whatever the event is.
// Worked out when not to know it has cost as much, and looked up by the number the state gives to
// what it knows of a process (state::Bound::facts).
#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "engine/answers.hpp"
#include "engine/partial.hpp"

namespace sensor::engine {

class ProcessPart {
public:
    static constexpr std::uint32_t kAll = 0;  ///< the part that leaves everything possible

    explicit ProcessPart(const lang::Program& program);

    /// The part of a process; equal parts have equal numbers; kAll until it is worked out.
    /// facts: of the state; 0: none are promised
    /// cost:  a load
    std::uint32_t part(std::uint64_t facts) const noexcept {
        if (slots_ == nullptr) return kAll;
        const Slot& slot = slots_[facts % kSlots];
        return slot.facts == facts ? slot.part : kAll;
    }
    /// Asks again, with so many conditions to be judged for want of the part. Many processes do too
    /// little to be worth the work: it is done when those conditions have come to as much.
    /// cost: a few loads; once a process, a look into the tables of each of its texts
    std::uint32_t part(eval::Frame& frame, std::uint64_t facts, std::size_t conditions) noexcept {
        if (slots_ == nullptr || facts == 0) return kAll;
        Slot& slot = slots_[facts % kSlots];
        if (slot.facts != facts) slot = {facts, kAll, 0};
        if (slot.judged >= worth_) return slot.part;
        slot.judged += static_cast<std::uint32_t>(conditions);
        if (slot.judged < worth_) return kAll;
        const std::uint32_t part = work_out(frame);  // may forget all slots
        slot = {facts, part, worth_};
        return part;
    }
    bool allows(std::uint32_t part, std::uint32_t condition) const noexcept {
        return part == kAll || (bits_[part * words_ + condition / 64] >> (condition % 64) & 1) != 0;
    }
    /// True if the parts had to be forgotten since the last call: their numbers are void.
    bool was_cleared() noexcept { return std::exchange(cleared_, false); }

private:
    static constexpr std::size_t kSlots = 16384;  // numbers are given in a row: no collisions
    struct Slot {
        std::uint64_t facts = 0;
        std::uint32_t part = kAll, judged = 0;
    };
    std::uint32_t work_out(eval::Frame& frame) noexcept;
    void find_conditions(const lang::Program& program);
    std::uint32_t make_part(std::span<const std::uint32_t> unusual) noexcept;
    std::uint32_t intern() noexcept;
    void clear() noexcept;

    Judgements judgements_;
    Partial partial_;
    std::vector<TextPredicates> texts_;
    std::vector<std::uint32_t> asked_;  // predicates with a field on the right
    Unusual unusual_;
    Answers answers_;
    ListPool lists_;                      // of unusual predicates
    std::vector<std::uint32_t> part_of_;  // by list; kAll: not made yet
    // Conditions that a predicate has a say in: those of predicate k stand at first_[k] and behind,
    // at first those that its unusual answer makes false whatever the others say, before
    // judged_[k].
    std::vector<std::uint32_t> first_, judged_, conditions_;
    std::vector<std::uint64_t> excluded_;  // conditions, of the part being made
    std::uint32_t worth_ = 0;              // conditions judged in the time of the work
    std::size_t words_ = 0;                // of a part
    std::size_t most_parts_ = 0;
    std::unique_ptr<Slot[]> slots_;
    std::vector<std::uint64_t> usual_;  // the part of a process with usual answers only
    // Of all parts; the last is being made. Not initialised: what is not used is no memory either.
    std::unique_ptr<std::uint64_t[]> bits_;
    std::vector<std::uint32_t> table_;  // by hash: number of a part, 0: none
    std::uint32_t parts_ = 1;
    bool cleared_ = false;
};

}  // namespace sensor::engine
