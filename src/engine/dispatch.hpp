// SPDX-License-Identifier: Apache-2.0
// Dispatch: for every event code, and every call that comes as the generic event, the conditions
// that can hold for it, in order of evaluation. Built from the EventSets at load.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "event/schema.hpp"
#include "lang/program.hpp"

namespace sensor::engine {

class Dispatch {
public:
    explicit Dispatch(const std::vector<lang::Condition>& conditions);

    /// Conditions for an event; `sc` counts for the generic event only. O(1)
    std::span<const std::uint32_t> conditions(std::uint32_t type, std::uint32_t sc) const noexcept {
        const bool generic = type == static_cast<std::uint32_t>(EventType::generic);
        const List& list = generic ? generic_[sc < REC_MAX_SC ? sc : 0] : events_[type];
        return {entries_.data() + list.first, list.count};
    }

private:
    struct List {
        std::uint32_t first = 0, count = 0;
    };
    std::vector<std::uint32_t> entries_;  ///< lists of equal content are stored once
    std::array<List, REC_MAX_EVENTS> events_{};
    std::array<List, REC_MAX_SC> generic_{};
};

}  // namespace sensor::engine
