// SPDX-License-Identifier: Apache-2.0
// The sieve is invisible: events seen again and again match what the conditions say, whatever its
// tables hold, with names, real paths, flags and conditions that know nothing of names.
#include "engine/sieve.hpp"

#include <random>
#include <string>

#include "engine/engine.hpp"
#include "eval/interpret.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/make_event.hpp"
#include "tests/support/program_of.hpp"

namespace sensor::engine {
namespace {

using sensor::testing::make_event;
using sensor::testing::TestEvent;

// What the fields of the event at hand are.
struct Fields {
    std::string name, real;
    bool has_name = true, has_real = true, read = true, write = false;
};
Fields g_fields;

fields::Extractor lookup(FieldId id) noexcept {
    using fields::Context;
    switch (id) {
        case FieldId::fd_name:
            return [](const Context&, const FieldArg&) noexcept {
                return g_fields.has_name ? Value::of_text(g_fields.name) : Value::absent();
            };
        case FieldId::fd_realpath:
            return [](const Context&, const FieldArg&) noexcept {
                return g_fields.has_real ? Value::of_text(g_fields.real) : Value::absent();
            };
        case FieldId::evt_is_open_read:
            return [](const Context&, const FieldArg&) noexcept {
                return Value::of_bool(g_fields.read);
            };
        case FieldId::evt_is_open_write:
            return [](const Context&, const FieldArg&) noexcept {
                return Value::of_bool(g_fields.write);
            };
        default:
            return [](const Context& c, const FieldArg&) noexcept {
                return Value::of_uint(c.evt_num);
            };
    }
}

lang::Program program() {
    return sensor::testing::program_of({
        "evt.type = openat and fd.name = /etc/shadow",
        "evt.type in (openat, open) and evt.is_open_write = true and fd.name startswith /etc",
        "evt.type = openat and not fd.name startswith /etc and proc.pid > 5",
        "evt.type = openat and (fd.name = /a or fd.realpath = /a) and proc.pid < 90",
        "evt.type = openat and not (fd.realpath exists or fd.name endswith b)",
        "evt.type in (openat, unlinkat) and proc.pid = 7",
        "evt.type = openat and fd.name glob */x* and fd.realpath != /usr/x1",
        "evt.type != openat and fd.name = /a",
        "evt.type = openat and evt.is_open_read = true and fd.name pmatch (/etc, /usr)",
    });
}

}  // namespace

TEST_CASE("names that come again match as names that come once") {
    const lang::Program rules = program();
    EngineOptions options;
    options.native = false;
    options.lookup = lookup;
    const auto engine = Engine::create(rules, options);
    const auto plain = eval::Runtime::create(rules, lookup);
    REQUIRE(plain.has_value());
    eval::FrameMemory memory(**plain);
    const TestEvent openat = make_event(EventType::openat, {{"fd", 3}, {"name", "x"}});
    const TestEvent open = make_event(EventType::open, {{"fd", 3}, {"name", "x"}});
    const TestEvent unlinkat = make_event(EventType::unlinkat, {{"res", 0}});
    std::vector<std::string> names = {"/etc/shadow",
                                      "/etc/hosts",
                                      "/a",
                                      "/b",
                                      "/usr/x1",
                                      "",
                                      "/x",
                                      std::string(200, 'n'),
                                      "/usr/" + std::string(90, 'x')};
    for (int k = 0; k < 400; ++k) names.push_back("/etc/dir/" + std::to_string(k));
    std::mt19937 random(3);
    fields::Arena arena;
    std::vector<std::uint32_t> found(rules.conditions.size());
    for (int round = 0; round < 60000; ++round) {
        g_fields.name = names[random() % (round % 2 == 0 ? 9 : names.size())];
        g_fields.real = random() % 2 == 0 ? g_fields.name : names[random() % 9];
        g_fields.has_name = random() % 10 != 0;
        g_fields.has_real = random() % 3 != 0;
        g_fields.read = random() % 2 == 0;
        g_fields.write = random() % 2 == 0;
        fields::Context context;
        const auto kind = random() % 10;
        context.event = (kind < 8 ? openat : kind == 8 ? open : unlinkat).event();
        context.evt_num = random() % 100;
        context.arena = &arena;
        arena.reset();
        std::vector<std::uint32_t> matches(found.begin(), found.end());
        matches.resize(engine->match(context, true, matches));
        eval::Frame& frame = memory.begin(context);
        std::vector<std::uint32_t> expected;
        for (std::uint32_t k = 0; k < rules.conditions.size(); ++k) {
            if (rules.conditions[k].events.events[frame.type] &&
                eval::interpret(frame, rules.conditions[k].root))
                expected.push_back(k);
        }
        INFO("round " << round << " name " << g_fields.name << " real " << g_fields.real);
        REQUIRE(matches == expected);
    }
}

TEST_CASE("a name is looked up from its third time on, a storm of new names never") {
    const lang::Program rules = program();
    const auto runtime = eval::Runtime::create(rules, lookup);
    REQUIRE(runtime.has_value());
    eval::FrameMemory memory(**runtime);
    const Dispatch dispatch(rules.conditions);
    Sieve sieve(rules, dispatch);
    const TestEvent openat = make_event(EventType::openat, {{"fd", 3}, {"name", "x"}});
    fields::Context context;
    context.event = openat.event();
    const auto narrow = [&](std::string name) {
        g_fields = {};
        g_fields.name = g_fields.real = std::move(name);
        eval::Frame& frame = memory.begin(context);
        return sieve.narrow(frame, dispatch.conditions(frame.type, 0)).size();
    };
    const std::size_t all = narrow("/srv/data");
    CHECK(all == 8);
    CHECK(narrow("/srv/data") < all);
    CHECK(sieve.stats().hits == 0);
    CHECK(narrow("/srv/data") < all);
    CHECK(sieve.stats().hits == 1);
    for (int k = 0; k < 100000; ++k) narrow("/tmp/" + std::to_string(k));
    CHECK(sieve.stats().hits == 1);
    CHECK(narrow(std::string(500, 'x')) == all);
    CHECK(narrow(std::string(500, 'x')) == all);
}

}  // namespace sensor::engine
