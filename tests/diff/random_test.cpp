// SPDX-License-Identifier: Apache-2.0
// 100,000 random pairs of rule and event: machine code and the interpreter must agree, and no
// condition may hold for an event outside its event set (the interpreter asks without one).
#include <random>

#include "tests/diff/fake_fields.hpp"
#include "tests/diff/native_engine.hpp"
#include "tests/diff/random_rules.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/make_event.hpp"

namespace sensor::testing {
namespace {

constexpr std::uint64_t kSeed = 20260801;
constexpr std::size_t kRounds = 10;
constexpr std::size_t kConditions = 100;  // of a program
constexpr std::size_t kEvents = 100;      // for each program

TestEvent random_event(std::mt19937_64& random) {
    const auto events = all_events();
    if (random() % 4 != 0) return make_event(events[random() % events.size()].type, {});
    const auto calls = all_syscalls();
    HeadSpec head;
    head.sc = random() % 20 == 0 ? static_cast<std::uint16_t>(random() % 700)
                                 : calls[random() % calls.size()].sc;
    return make_event(EventType::generic, {}, head);
}

std::size_t compare_round(std::uint64_t seed, std::uint32_t level) {
    const RandomRules rules = random_rules(seed, kConditions, false);
    const auto native = native_engine(rules.program, level, fake_extractor);
    const auto runtime = eval::Runtime::create(rules.program, fake_extractor);
    REQUIRE(runtime);
    eval::FrameMemory memory(**runtime);
    fields::Arena arena;
    std::mt19937_64 random(seed);
    std::size_t held = 0;
    for (std::size_t k = 0; k < kEvents; ++k) {
        const TestEvent event = random_event(random);
        fields::Context context;
        context.event = event.event();
        context.evt_num = 1 + random() % 100000;
        context.arena = &arena;
        const auto expected = interpreted(memory, rules.program, context);
        const auto found = matched(*native, rules.program, context);
        INFO("seed " << seed << ", event " << context.event.info().name << " (code "
                     << event.head().type << ", call " << event.head().sc << "), evt.num "
                     << context.evt_num << ", level " << level);
        INFO("only by the interpreter:" << only_in(rules, expected, found));
        INFO("only by machine code:" << only_in(rules, found, expected));
        REQUIRE(found == expected);
        held += expected.size();
    }
    return held;
}

}  // namespace

TEST_CASE("machine code agrees on random rules and events") {
    std::size_t held = 0;
    for (std::uint64_t round = 0; round < kRounds; ++round) {
        held += compare_round(kSeed + round, round % 4 == 3 ? 0 : 1);
    }
    // Neither everything nor nothing may hold, or the comparison says little.
    const std::size_t pairs = kRounds * kConditions * kEvents;
    CHECK(held > pairs / 50);
    CHECK(held < pairs / 2);
}

}  // namespace sensor::testing
