// SPDX-License-Identifier: Apache-2.0
#include "engine/dispatch.hpp"

#include "tests/support/catch.hpp"

namespace sensor::engine {
namespace {

std::vector<std::uint32_t> list(const Dispatch& dispatch, EventType type, std::uint32_t sc = 0) {
    const auto found = dispatch.conditions(static_cast<std::uint32_t>(type), sc);
    return {found.begin(), found.end()};
}

}  // namespace

TEST_CASE("conditions are found by event, and by call for the generic event") {
    std::vector<lang::Condition> conditions(3);
    conditions[0].events.events.set(static_cast<std::size_t>(EventType::open));
    conditions[1].events.generic.set(16);
    conditions[2].events.events.set(static_cast<std::size_t>(EventType::open));
    conditions[2].events.generic.set(16);
    conditions[2].events.generic.set(17);
    const Dispatch dispatch(conditions);
    using List = std::vector<std::uint32_t>;
    CHECK(list(dispatch, EventType::open) == List{0, 2});
    CHECK(list(dispatch, EventType::open, 16) == List{0, 2});
    CHECK(list(dispatch, EventType::close).empty());
    CHECK(list(dispatch, EventType::generic, 16) == List{1, 2});
    CHECK(list(dispatch, EventType::generic, 17) == List{2});
    CHECK(list(dispatch, EventType::generic, 60000).empty());
}

}  // namespace sensor::engine
