// SPDX-License-Identifier: Apache-2.0
#include "engine/dispatch.hpp"

namespace sensor::engine {

Dispatch::Dispatch(const std::vector<lang::Condition>& conditions, ListPool& pool) {
    const auto collect = [&](auto wanted) {
        std::vector<std::uint32_t> list;
        for (std::uint32_t k = 0; k < conditions.size(); ++k) {
            if (wanted(conditions[k].events)) list.push_back(k);
        }
        return pool.add(list);
    };
    for (std::size_t code = 0; code < events_.size(); ++code) {
        events_[code] = collect([code](const lang::EventSet& set) { return set.events[code]; });
    }
    for (std::size_t sc = 0; sc < generic_.size(); ++sc) {
        generic_[sc] = collect([sc](const lang::EventSet& set) { return set.generic[sc]; });
    }
    pool.keep();
}

}  // namespace sensor::engine
