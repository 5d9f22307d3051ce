// SPDX-License-Identifier: Apache-2.0
// Dispatch: for every event code, and every call that comes as the generic event, the conditions
// that can hold for it, in order of evaluation, as a list of the pool. Built from the EventSets at
// load.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "engine/list_pool.hpp"
#include "event/schema.hpp"
#include "lang/program.hpp"

namespace sensor::engine {

class Dispatch {
public:
    /// Puts its lists into the pool, where they stay.
    Dispatch(const std::vector<lang::Condition>& conditions, ListPool& pool);

    /// The list of an event's conditions; `sc` counts for the generic event only. O(1)
    std::uint32_t list(std::uint32_t type, std::uint32_t sc) const noexcept {
        const bool generic = type == static_cast<std::uint32_t>(EventType::generic);
        return generic ? generic_[sc < REC_MAX_SC ? sc : 0] : events_[type];
    }

private:
    std::array<std::uint32_t, REC_MAX_EVENTS> events_{};
    std::array<std::uint32_t, REC_MAX_SC> generic_{};
};

}  // namespace sensor::engine
