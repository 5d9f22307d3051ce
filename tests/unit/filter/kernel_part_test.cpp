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
    CHECK(part_text({"evt.type = openat and proc.pname = cat"}, EventType::openat) == "all");
    CHECK(part_text({"evt.type = openat and not proc.pname = cat"}, EventType::openat) == "all");
    CHECK(part_text({"evt.type = openat and fd.name = /a and not proc.pname = cat"},
                    EventType::openat) == "name is /a");
    CHECK(part_text({"evt.type = openat and (fd.name = /a or proc.pname = cat)"},
                    EventType::openat) == "all");
    CHECK(part_text({"evt.type = openat and not (fd.name = /a and proc.pname = cat)"},
                    EventType::openat) == "all");
    CHECK(part_text({"evt.type = openat and not (fd.name = /a or proc.pname = cat)"},
                    EventType::openat) == "not name is /a");
}

TEST_CASE("what only the process decides is an interest of it") {
    CHECK(part_text({"evt.type = openat and proc.name = cat"}, EventType::openat) ==
          "the process may be wanted");
    CHECK(part_text({"evt.type = openat and not proc.name = cat and evt.rawres >= 0"},
                    EventType::openat) == "fd >= 0 and the process may be wanted");
    CHECK(part_text({"evt.type = unlink and user.uid = 0 and evt.failed = false",
                     "evt.type = unlink and proc.name = rm and evt.failed = false"},
                    EventType::unlink) == "res >= 0 and the process may be wanted");
    // Names of all rules are one test, whoever asks for them.
    CHECK(part_text({"evt.type = openat and fd.name = /a and proc.name = cat",
                     "evt.type = openat and fd.name = /b"},
                    EventType::openat) == "name is /a, /b");
}

TEST_CASE("an event is dropped unread if the process can be wanted for none of its rules") {
    const auto interests = [](std::initializer_list<const char*> rules, EventType event) {
        for (const EventPart& part : make_kernel_part(program_of(rules))) {
            if (part.event == event) return part.interests;
        }
        return std::uint64_t{0};
    };
    CHECK(interests({"evt.type = openat and fd.name = /a"}, EventType::openat) == kAnyInterest);
    CHECK(interests({"evt.type = openat and proc.name = a", "evt.type = openat and proc.name = b",
                     "evt.type = unlink and proc.name = a"},
                    EventType::openat) == 0b110);
    CHECK(interests({"evt.type = openat and proc.name = a", "evt.type = openat and proc.name = b",
                     "evt.type = unlink and proc.name = a"},
                    EventType::unlink) == 0b10);
    CHECK(interests({"evt.type = openat and proc.name = a", "evt.type = openat"},
                    EventType::openat) == 0b11);
    const lang::Program many = [] {
        std::vector<std::string> rules;
        for (int k = 0; k < 200; ++k)
            rules.push_back("evt.type = openat and proc.name = p" + std::to_string(k));
        return program_of(rules);
    }();
    const std::vector<std::uint8_t> bits = interest_bits(many);
    CHECK(std::all_of(bits.begin(), bits.end(),
                      [](std::uint8_t bit) { return bit > 0 && bit < kMostInterests; }));
}

TEST_CASE("what changes with others than the process is no interest of it") {
    for (const char* rule :
         {"evt.type = openat and proc.pname = a", "evt.type = openat and proc.duration > 5",
          "evt.type = openat and proc.cwd = /", "evt.type = openat and proc.aname = a"})
        CHECK(interest_bits(program_of({rule})) == std::vector<std::uint8_t>{0});
}

TEST_CASE("the process's container is an interest of it, whoever tells of it") {
    for (const char* rule : {"evt.type = openat and container.id = a",
                             "evt.type = openat and container.image.repository = a",
                             "evt.type = openat and k8s.ns.name = a"})
        CHECK(interest_bits(program_of({rule})) == std::vector<std::uint8_t>{1});
}

TEST_CASE("rules that ask for more than another are taken up by it") {
    CHECK(part_text({"evt.type = unlink and evt.failed = false",
                     "evt.type = unlink and evt.failed = false and proc.name = rm"},
                    EventType::unlink) == "res >= 0");
}

TEST_CASE("patterns are judged by what every match of them has") {
    CHECK(part_text({"evt.type = open and fd.name glob /etc/ssh/*key"}, EventType::open) ==
          "name begins with /etc/ssh/");
    CHECK(part_text({"evt.type = open and fd.name glob */.ssh/id_*"}, EventType::open) ==
          "name contains /.ssh/id");
    CHECK(part_text({"evt.type = open and fd.name glob *shadow"}, EventType::open) == "all");
    CHECK(part_text({"evt.type = open and fd.name contains a/.ssh/"}, EventType::open) ==
          "name contains /.ssh/");
    CHECK(part_text({"evt.type = open and fd.name pmatch (/etc, /usr/*/x)"}, EventType::open) ==
          "(name is /etc or begins with /etc/, /usr/)");
    CHECK(part_text({"evt.type = open and not fd.name pmatch (/etc)"}, EventType::open) ==
          "not (name is /etc or begins with /etc/)");
    CHECK(part_text({"evt.type = open and not fd.name pmatch (/usr/*)"}, EventType::open) == "all");
    CHECK(part_text({"evt.type = open and fd.realpath = /etc/shadow"}, EventType::open) ==
          "its real path is /etc/shadow");
    CHECK(part_text({"evt.type = open and not fd.realpath != /etc/shadow"}, EventType::open) ==
          "all");
}

TEST_CASE("an argument as it was given is not what is judged") {
    CHECK(part_text({"evt.type = open and fd.nameraw = shadow"}, EventType::open) == "all");
    CHECK(part_text({"evt.type = open and evt.rawarg.name = shadow"}, EventType::open) == "all");
    CHECK(part_text({"evt.type = open and evt.arg.name = /a"}, EventType::open) == "name is /a");
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
          "(name is /etc or lies in /etc)");
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

TEST_CASE("a relative name is judged joined with the kernel's path of its directory") {
    const auto parts =
        make_kernel_part(program_of({"evt.type = openat and fd.name = /etc/shadow"}));
    REQUIRE(parts.size() == 1);
    const auto kept = [&](const char* name, const char* dir, std::uint8_t flags = 0) {
        const auto event = testing::make_event(EventType::openat, {{"fd", 3}, {"name", name}},
                                               {.flags = flags}, {.dir = dir});
        return keeps(parts.front(), event.event());
    };
    CHECK(kept("shadow", "/etc"));
    CHECK(kept("./shadow", "/etc"));
    CHECK(kept("../shadow", "/etc/ssl"));
    CHECK(kept("../.././etc/shadow", "/usr/bin"));
    CHECK(kept("etc/shadow", "/"));
    CHECK_FALSE(kept("shadow", "/tmp"));
    CHECK_FALSE(kept(".", "/etc"));
    CHECK_FALSE(kept("..", "/etc/shadow/x/y"));
    CHECK(kept("..", "/etc/shadow/x"));
    CHECK_FALSE(kept("x/", "/etc"));
    CHECK(kept("a/../shadow", "/etc"));            // not plain
    CHECK(kept("shadow", "/tmp", REC_F_ODD_DIR));  // rules know another directory
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
