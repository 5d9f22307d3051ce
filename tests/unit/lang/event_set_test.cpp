// SPDX-License-Identifier: Apache-2.0
// Which events a condition is offered: soundness first, precision where evt.type is tested.
#include "lang/event_set.hpp"

#include <algorithm>

#include "lang/check.hpp"
#include "lang/parse.hpp"
#include "tests/support/catch.hpp"

using namespace sensor;
using lang::EventSet;

namespace {

EventSet events(std::string_view text) {
    lang::Program program;
    const lang::ParseResult parsed = lang::parse_condition(text);
    REQUIRE(parsed.root);
    const lang::Checked checked = lang::check_condition(*parsed.root, program);
    INFO(text);
    REQUIRE(checked.ok);
    return checked.events;
}

bool has(const EventSet& set, EventType type) {
    return set.events.test(static_cast<std::size_t>(type));
}
bool has_call(const EventSet& set, std::string_view name) {
    return set.generic.test(syscall_info(name)->sc);
}

bool is_broad(std::string_view text) { return lang::count_types(events(text)) > 100; }

}  // namespace

TEST_CASE("named events, enter events of captures included") {
    const EventSet open = events("evt.type = open");
    CHECK(has(open, EventType::open));
    CHECK(has(open, EventType::open_enter));
    CHECK(has(open, EventType::asyncevent));
    CHECK_FALSE(has(open, EventType::close));
    CHECK(open.generic.count() == 1);  // what old captures report generically
    CHECK(has(events("evt.type = procexit"), EventType::procexit));
}

TEST_CASE("calls without an event of their own") {
    const EventSet set = events("evt.type = madvise");
    CHECK(has_call(set, "madvise"));
    CHECK_FALSE(has_call(set, "getpid"));
    CHECK_FALSE(has(set, EventType::open));
    CHECK(has_call(events("not evt.type in (madvise, open)"), "getpid"));
    CHECK_FALSE(has_call(events("not evt.type in (madvise, open)"), "madvise"));
}

TEST_CASE("a call named differently from its event") {
    CHECK(has(events("evt.type = pread64"), EventType::pread));
    CHECK(has(events("evt.type != pread64"), EventType::pread));
    CHECK_FALSE(has(events("evt.type != pread"), EventType::pread));
}

TEST_CASE("event sets of boolean operators") {
    CHECK_FALSE(has(events("evt.type=open and proc.name=a"), EventType::close));
    CHECK(has(events("evt.type=open or proc.name=a"), EventType::close));
    CHECK(has(events("evt.type=open or evt.type=close"), EventType::close));
    CHECK_FALSE(events("evt.type=open and evt.type=close").any());
    CHECK(has(events("not (evt.type=open and evt.type=close)"), EventType::open));
    CHECK_FALSE(has(events("not (evt.type=open or evt.type=close)"), EventType::open));
    CHECK_FALSE(has(events("not (evt.type!=open or proc.name=a)"), EventType::close));
    CHECK(has(events("not (evt.type!=open and proc.name=a)"), EventType::close));
    CHECK(has(events("evt.type = anyof (open, close)"), EventType::close));
    CHECK_FALSE(has(events("evt.type != allof (open, close)"), EventType::close));
    CHECK(has(events("evt.type != anyof (open, close)"), EventType::close));
    CHECK(has(events("evt.type startswith open"), EventType::close));
}

TEST_CASE("syscall.type is false for what is no system call, also with !=") {
    CHECK_FALSE(has(events("syscall.type = open"), EventType::procexit));
    CHECK(has(events("not syscall.type != open"), EventType::procexit));
    CHECK(has(events("not syscall.type = open"), EventType::procexit));
    CHECK_FALSE(events("syscall.type = zzz").any());
}

TEST_CASE("evt.num counts from one") {
    CHECK_FALSE(events("evt.num = 0").any());
    CHECK_FALSE(events("evt.num < 1").any());
    CHECK_FALSE(events("evt.num in (0)").any());
    CHECK(events("evt.num >= 0") == EventSet::all());
    CHECK(events("not evt.num = 0") == EventSet::all());
    CHECK_FALSE(events("not evt.num > 0").any());
    CHECK(events("evt.num = 1") == EventSet::all());
}

TEST_CASE("breadth, as the warning counts it") {
    for (const char* text :
         {"proc.name=a", "evt.type!=execve", "not evt.type=execve",
          "evt.type=execve or not evt.type=open", "evt.type=execve or evt.type!=open",
          "not evt.type in (open, execve)", "evt.type=execve or proc.name=a"}) {
        INFO(text);
        CHECK(is_broad(text));
    }
    for (const char* text :
         {"evt.type=execve", "evt.type in (open, execve)", "evt.type=open or evt.type=execve",
          "evt.type=execve and not proc.name=a", "not proc.name=a and evt.type=execve",
          "evt.type=execve and proc.name!=a and evt.type!=open",
          "evt.type=open and (proc.name=a or not fd.name=b)", "evt.num=0",
          "evt.type=open and evt.type=close"}) {
        INFO(text);
        CHECK_FALSE(is_broad(text));
    }
}

TEST_CASE("names of a set") {
    const std::vector<std::string_view> names =
        lang::names_of(events("evt.type in (open, madvise)"));
    CHECK(names == std::vector<std::string_view>{"asyncevent", "madvise", "open"});
    CHECK(lang::is_event_name("switch"));
    CHECK_FALSE(lang::is_event_name("zzz"));
}
