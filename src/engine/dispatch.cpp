// SPDX-License-Identifier: Apache-2.0
#include "engine/dispatch.hpp"

#include <map>

namespace sensor::engine {

Dispatch::Dispatch(const std::vector<lang::Condition>& conditions) {
    std::map<std::vector<std::uint32_t>, List> known;
    const auto store = [&](std::vector<std::uint32_t> list) {
        const auto found = known.find(list);
        if (found != known.end()) return found->second;
        const List place{static_cast<std::uint32_t>(entries_.size()),
                         static_cast<std::uint32_t>(list.size())};
        entries_.insert(entries_.end(), list.begin(), list.end());
        known.emplace(std::move(list), place);
        return place;
    };
    const auto collect = [&](auto wanted) {
        std::vector<std::uint32_t> list;
        for (std::uint32_t k = 0; k < conditions.size(); ++k) {
            if (wanted(conditions[k].events)) list.push_back(k);
        }
        return store(std::move(list));
    };
    for (std::size_t code = 0; code < events_.size(); ++code) {
        events_[code] = collect([code](const lang::EventSet& set) { return set.events[code]; });
    }
    for (std::size_t sc = 0; sc < generic_.size(); ++sc) {
        generic_[sc] = collect([sc](const lang::EventSet& set) { return set.generic[sc]; });
    }
}

}  // namespace sensor::engine
