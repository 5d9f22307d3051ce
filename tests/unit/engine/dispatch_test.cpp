// SPDX-License-Identifier: Apache-2.0
#include "engine/dispatch.hpp"

#include "tests/support/catch.hpp"

namespace sensor::engine {
TEST_CASE("conditions are found by event, and by call for the generic event") {
    std::vector<lang::Condition> conditions(3);
    conditions[0].events.events.set(static_cast<std::size_t>(EventType::open));
    conditions[1].events.generic.set(16);
    conditions[2].events.events.set(static_cast<std::size_t>(EventType::open));
    conditions[2].events.generic.set(16);
    conditions[2].events.generic.set(17);
    ListPool pool(conditions.size());
    const Dispatch dispatch(conditions, pool);
    const auto list = [&](EventType type, std::uint32_t sc = 0) {
        const auto found = pool.at(dispatch.list(static_cast<std::uint32_t>(type), sc));
        return std::vector<std::uint32_t>(found.begin(), found.end());
    };
    using List = std::vector<std::uint32_t>;
    CHECK(list(EventType::open) == List{0, 2});
    CHECK(list(EventType::open, 16) == List{0, 2});
    CHECK(list(EventType::close).empty());
    CHECK(list(EventType::generic, 16) == List{1, 2});
    CHECK(list(EventType::generic, 17) == List{2});
    CHECK(list(EventType::generic, 60000).empty());
}

}  // namespace sensor::engine
