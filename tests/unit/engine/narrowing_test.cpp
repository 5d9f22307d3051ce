// SPDX-License-Identifier: Apache-2.0
// Narrowing is invisible: events seen again and again match what the conditions say, whatever its
// tables hold, with names, real paths, flags, processes and conditions that know nothing of them.
#include "engine/narrowing.hpp"

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
    std::uint64_t process = 0;
    std::string comm, parent;
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
        case FieldId::proc_pid:
            return [](const Context&, const FieldArg&) noexcept {
                return Value::of_uint(g_fields.process);
            };
        case FieldId::proc_name:
            return [](const Context&, const FieldArg&) noexcept {
                return Value::of_text(g_fields.comm);
            };
        case FieldId::proc_pname:
            return [](const Context&, const FieldArg&) noexcept {
                return g_fields.parent.empty() ? Value::absent() : Value::of_text(g_fields.parent);
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
        "evt.type = openat and not fd.name startswith /etc and evt.num > 5",
        "evt.type = openat and (fd.name = /a or fd.realpath = /a) and evt.num < 90",
        "evt.type = openat and not (fd.realpath exists or fd.name endswith b)",
        "evt.type in (openat, unlinkat) and evt.num = 7",
        "evt.type = openat and fd.name glob */x* and fd.realpath != /usr/x1",
        "evt.type != openat and fd.name = /a",
        "evt.type = openat and evt.is_open_read = true and fd.name pmatch (/etc, /usr)",
        "evt.type = openat and proc.name = cat and not proc.pname in (sh, bash)",
        "evt.type in (openat, unlinkat) and proc.name != cat and fd.name contains /x",
        "evt.type = openat and (proc.pid > 50 or fd.name = /b) and not proc.pname exists",
        "evt.type = openat and proc.name startswith c and proc.pname != val(proc.name)",
        "evt.type = unlinkat and (proc.name in (cat, cp) or proc.pname endswith h)",
        "evt.type = unlinkat and not proc.pid = 3 and not proc.name contains a",
    });
}

}  // namespace

TEST_CASE("names and processes that come again match as those that come once") {
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
    constexpr const char* kComms[] = {"cat", "cp", "a", "sh", "tac"};
    for (int round = 0; round < 60000; ++round) {
        // A process has its name and parent from its number, and facts while nobody says otherwise.
        g_fields.process = random() % 100;
        g_fields.comm = kComms[g_fields.process % 5];
        g_fields.parent = g_fields.process % 7 == 0 ? "" : kComms[g_fields.process / 7 % 5];
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
        context.facts = random() % 20 == 0 ? 0 : 1 + g_fields.process;
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

TEST_CASE("what a process leaves possible is forgotten when its facts have a new number") {
    const lang::Program rules = sensor::testing::program_of(
        {"proc.name = cat", "proc.name = a", "proc.name = b", "proc.name = c", "proc.name = d"});
    EngineOptions options;
    options.native = false;
    options.lookup = lookup;
    const auto engine = Engine::create(rules, options);
    const TestEvent openat = make_event(EventType::openat, {{"fd", 3}, {"name", "x"}});
    fields::Arena arena;
    fields::Context context;
    context.event = openat.event();
    context.arena = &arena;
    std::vector<std::uint32_t> found(rules.conditions.size());
    const auto matches = [&](const char* comm, std::uint64_t facts) {
        g_fields.comm = comm;
        context.facts = facts;
        return engine->match(context, true, found) == 0 ? 99U : found[0];
    };
    for (int k = 0; k < 5; ++k) CHECK(matches("cat", 1) == 0);
    CHECK(matches("d", 1) != 4);  // the number says that nothing changed
    for (int k = 0; k < 5; ++k) CHECK(matches("d", 2) == 4);
    for (int k = 0; k < 5; ++k) CHECK(matches("nobody", 3) == 99);
    for (int k = 0; k < 5; ++k) CHECK(matches("a", 0) == 1);  // nothing promised
}

}  // namespace sensor::engine
