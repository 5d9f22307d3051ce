// SPDX-License-Identifier: Apache-2.0
#include "filter/kernel_part.hpp"

#include "filter/keeps.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/make_event.hpp"
#include "tests/support/program_of.hpp"

namespace sensor::filter {
namespace {

using testing::program_of;

/// What is left of the rules for one type of event.
std::string part_text(std::initializer_list<const char*> rules, EventType event) {
    for (const EventPart& part : make_kernel_part(program_of(rules))) {
        if (part.event == event) return to_text(part);
    }
    return "not asked for";
}

}  // namespace

TEST_CASE("an event no rule asks for has no part") {
    CHECK(part_text({"evt.type = open"}, EventType::openat) == "not asked for");
    CHECK(part_text({"evt.type = open"}, EventType::open) == "all");
}

TEST_CASE("what the kernel cannot judge counts as true, whatever stands before it") {
    CHECK(part_text({"evt.type = openat and proc.name = cat"}, EventType::openat) == "all");
    CHECK(part_text({"evt.type = openat and not proc.name = cat"}, EventType::openat) == "all");
    CHECK(part_text({"evt.type = openat and fd.name = /a and not proc.name = cat"},
                    EventType::openat) == "name is /a");
    CHECK(part_text({"evt.type = openat and (fd.name = /a or proc.name = cat)"},
                    EventType::openat) == "all");
    CHECK(part_text({"evt.type = openat and not (fd.name = /a and proc.name = cat)"},
                    EventType::openat) == "all");
    CHECK(part_text({"evt.type = openat and not (fd.name = /a or proc.name = cat)"},
                    EventType::openat) == "not name is /a");
}

TEST_CASE("names of many rules become one test") {
    CHECK(part_text({"evt.type = openat and fd.name = /a", "evt.type = openat and fd.name = /b",
                     "evt.type = openat and fd.name startswith /c/"},
                    EventType::openat) == "(name is /a, /b or begins with /c/)");
    CHECK(part_text({"evt.type = openat and fd.name = /a and evt.is_open_write = true",
                     "evt.type = openat and fd.name = /b and evt.is_open_write = true"},
                    EventType::openat) == "flags has a bit of 2 and name is /a, /b");
}

TEST_CASE("a directory or a last part is judged by what it says of the whole name") {
    CHECK(part_text({"evt.type = open and fd.directory = /etc"}, EventType::open) ==
          "(name is /etc or begins with /etc/)");
    CHECK(part_text({"evt.type = open and not fd.directory = /etc"}, EventType::open) == "all");
    CHECK(part_text({"evt.type = open and fd.filename = shadow"}, EventType::open) ==
          "name ends with /shadow");
}

TEST_CASE("numbers are intervals, in their own order") {
    CHECK(part_text({"evt.type = lseek and evt.rawres < 0"}, EventType::lseek) == "res <= -1");
    CHECK(part_text({"evt.type = lseek and evt.rawres != 3"}, EventType::lseek) ==
          "res <= 2, >= 4");
    CHECK(part_text({"evt.type = kill and evt.rawarg.sig in (9, 15, 10, 11)"}, EventType::kill) ==
          "sig 9 to 11, = 15");
    CHECK(part_text({"evt.type = open and fd.num >= 0"}, EventType::open) == "fd >= 0");
    CHECK(part_text({"evt.type = open and fd.num < 0"}, EventType::open) == "fd <= -1");
    CHECK(part_text({"evt.type = open and fd.num < -5"}, EventType::open) == "none");
}

TEST_CASE("rules of parts too many for the kernel drop nothing") {
    std::string text = "evt.type = openat and (fd.name = /x";
    for (int k = 0; k < 100; ++k)
        text += " or (fd.name startswith /a" + std::to_string(k) +
                " and evt.rawres = " + std::to_string(2 * k) + ")";
    text += ")";
    const auto parts = make_kernel_part(program_of({text.c_str()}));
    REQUIRE(parts.size() == 1);
    CHECK(parts.front().is_always());
}

TEST_CASE("cut names keep what whole ones do and more") {
    const auto cut = [](const char* rule, std::size_t bytes) {
        auto parts = make_kernel_part(program_of({rule}));
        cut_names(parts.front(), bytes);
        return to_text(parts.front());
    };
    CHECK(cut("evt.type = open and fd.name in (/a, /abcd)", 4) ==
          "(name is /a or begins with /abc)");
    CHECK(cut("evt.type = open and fd.name startswith /abcd", 4) == "name begins with /abc");
    CHECK(cut("evt.type = open and fd.name endswith abcdef", 4) == "name ends with cdef");
    CHECK(cut("evt.type = open and not fd.name = /abcd", 4) == "all");
    CHECK(cut("evt.type = open and not fd.name = /abc", 4) == "not name is /abc");
}

TEST_CASE("a name that is not plain is kept") {
    const auto parts =
        make_kernel_part(program_of({"evt.type = openat and fd.name = /etc/shadow"}));
    REQUIRE(parts.size() == 1);
    const auto kept = [&](const char* name) {
        const auto event = testing::make_event(EventType::openat, {{"fd", 3}, {"name", name}});
        return keeps(parts.front(), event.event());
    };
    CHECK(kept("/etc/shadow"));
    CHECK_FALSE(kept("/etc/passwd"));
    CHECK_FALSE(kept("/etc/.shadow"));
    for (const char* odd : {"shadow", "/etc//shadow", "/etc/./shadow", "/tmp/../etc/shadow",
                            "/etc/shadow/", "/etc/..", ""})
        CHECK(kept(odd));
}

}  // namespace sensor::filter
