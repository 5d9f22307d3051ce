// SPDX-License-Identifier: Apache-2.0
// Narrowing: the conditions worth judging for an event. What its type, its process and its name
// leave possible is remembered, and what they leave in common, so an event like many before it
// costs a few loads, however many rules there are.
#pragma once

#include <span>

#include "engine/dispatch.hpp"
#include "engine/list_pool.hpp"
#include "engine/memo.hpp"
#include "engine/name_part.hpp"
#include "engine/process_part.hpp"

namespace sensor::engine {

class Narrowing {
public:
    /// remembers: false: nothing but the type of the event counts
    Narrowing(const lang::Program& program, bool remembers);

    /// Conditions that may hold, in order of evaluation; those left out are false.
    /// facts: of the state (state::Bound)
    /// cost:  a few loads and a look at the event's name; no allocation
    std::span<const std::uint32_t> conditions(eval::Frame& frame, std::uint64_t facts,
                                              std::uint32_t sc) noexcept;

private:
    /// A list and what a process leaves possible.
    struct Meeting {
        std::uint32_t list = ListPool::kNone, part = 0;
        bool operator==(const Meeting&) const = default;
    };
    /// What a part leaves of a list; kNone if the pool is full.
    std::uint32_t meet(std::uint32_t list, std::uint32_t part) noexcept;
    void forget_lists() noexcept;

    const bool remembers_;
    ListPool pool_;
    Dispatch dispatch_;
    ProcessPart process_;
    NamePart name_;
    Memo<Meeting, 4096> meetings_;
};

}  // namespace sensor::engine
