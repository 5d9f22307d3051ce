// SPDX-License-Identifier: Apache-2.0
// The engine without a compiler; with one: tests/diff.
#include "engine/engine.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/make_event.hpp"
#include "tests/support/program_of.hpp"

namespace sensor::engine {
namespace {

using sensor::testing::make_event;
using sensor::testing::program_of;
using sensor::testing::TestEvent;

Value some_value(const fields::Context& c, const FieldArg&) noexcept {
    return Value::of_uint(c.evt_num);
}
fields::Extractor lookup(FieldId) noexcept { return some_value; }

EngineOptions interpreting() {
    EngineOptions options;
    options.native = false;
    options.lookup = lookup;
    return options;
}

std::vector<std::uint32_t> match(Engine& engine, std::uint64_t evt_num, bool all,
                                 std::size_t room = 8) {
    const TestEvent event = make_event(EventType::close, {});
    fields::Context context;
    context.event = event.event();
    context.evt_num = evt_num;
    std::vector<std::uint32_t> matches(room);
    matches.resize(engine.match(context, all, matches));
    return matches;
}

}  // namespace

TEST_CASE("first match or all, in order, never more than there is room for") {
    const auto engine =
        Engine::create(program_of({"evt.num > 5", "evt.num > 3", "evt.num > 1"}), interpreting());
    using List = std::vector<std::uint32_t>;
    CHECK(match(*engine, 1, true).empty());
    CHECK(match(*engine, 4, true) == List{1, 2});
    CHECK(match(*engine, 4, false) == List{1});
    CHECK(match(*engine, 9, true) == List{0, 1, 2});
    CHECK(match(*engine, 9, true, 2) == List{0, 1});
    CHECK(match(*engine, 9, true, 0).empty());
}

TEST_CASE("terms have the values of the latest event") {
    const auto engine = Engine::create(program_of({"evt.num > 5"}), interpreting());
    match(*engine, 7, true);
    CHECK(engine->term(0).as_uint() == 7);
    match(*engine, 8, true);
    CHECK(engine->term(0).as_uint() == 8);
}

TEST_CASE("conditions of other events are not asked") {
    const auto engine =
        Engine::create(program_of({"not evt.type = close", "not evt.type = open"}), interpreting());
    const auto matches = match(*engine, 7, true);
    for (const std::uint32_t k : matches) CHECK(k != 0);
}

TEST_CASE("without a compiler the engine interprets and says why") {
    EngineOptions options = interpreting();
    options.native = true;
    options.compiler = "/nonexistent/falco-rulec";
    const auto engine = Engine::create(program_of({"evt.num > 5"}), options);
    CHECK_FALSE(engine->native());
    CHECK(engine->note().find("rules are interpreted") == 0);
    CHECK(engine->note().find("/nonexistent/falco-rulec") != std::string::npos);
    CHECK(match(*engine, 9, true).size() == 1);
}

TEST_CASE("asked to interpret, the engine has nothing to note") {
    const auto engine = Engine::create(program_of({"evt.num > 5"}), interpreting());
    CHECK_FALSE(engine->native());
    CHECK(engine->note().empty());
    CHECK(engine->code_bytes() == 0);
}

}  // namespace sensor::engine
