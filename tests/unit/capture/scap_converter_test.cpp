// SPDX-License-Identifier: Apache-2.0
// Events of older captures: each action of grammar/converter.def, each source of a parameter, lost
// and wrong enter events, and the table itself, row by row.
#include <set>
#include <string_view>

#include "tests/support/catch.hpp"
#include "tests/unit/capture/scap_collect.hpp"

using namespace sensor;
using namespace sensor::testing;

namespace {

ScapEventSpec spec(std::uint16_t code, std::vector<std::string> params, std::uint64_t tid = 100) {
    ScapEventSpec out;
    out.code = code;
    out.tid = tid;
    out.params = std::move(params);
    return out;
}

ReadFile convert(const std::vector<ScapEventSpec>& events) {
    ScapWriter file;
    file.section();
    for (const ScapEventSpec& event : events) file.event(event);
    ReadFile read = read_bytes(file.bytes());
    CHECK(read.error == "");
    return read;
}

std::string str(std::string_view text) { return std::string(text); }

}  // namespace

TEST_CASE("an enter event waits for its exit event, which takes its arguments") {
    const ReadFile read = convert({spec(6, {i64(5), u32(100)}), spec(7, {i64(3), "abc"})});
    REQUIRE(read.events.size() == 1);
    const Event event = *read.events[0];
    CHECK(event.type() == EventType::read);
    CHECK(event.result() == 3);
    CHECK(event.text(1) == "abc");
    CHECK(event.i64(2) == 5);
    CHECK(event.u64(3) == 100);
    CHECK(read.events[0].about.number == 1);  // what was stored has no number
    CHECK(read.stats().enters_stored == 1);
}

TEST_CASE("enter events belong to their thread") {
    const ReadFile read = convert({spec(6, {i64(5), u32(1)}, 100), spec(6, {i64(6), u32(2)}, 101),
                                   spec(7, {i64(0), "x"}, 100), spec(7, {i64(0), "y"}, 101)});
    REQUIRE(read.events.size() == 2);
    CHECK((*read.events[0]).i64(2) == 5);
    CHECK((*read.events[1]).i64(2) == 6);
}

TEST_CASE("an enter event is used once") {
    const ReadFile read = convert({spec(4, {i64(5)}), spec(5, {i64(0)}), spec(5, {i64(0)}),
                                   spec(4, {i64(6)}), spec(4, {i64(7)}), spec(5, {i64(0)})});
    REQUIRE(read.events.size() == 3);
    CHECK((*read.events[0]).i64(1) == 5);
    CHECK((*read.events[1]).has(1));  // zero by default
    CHECK((*read.events[1]).i64(1) == 0);
    CHECK((*read.events[2]).i64(1) == 7);
}

TEST_CASE("without an enter event the parameters are absent or zero, as the row says") {
    const ReadFile read = convert({
        spec(103, {i64(3)}),     // openat: or empty
        spec(297, {i64(3)}),     // bpf: or empty, to a new code
        spec(31, {i64(3), "d"})  // sendto: or default, a tuple too
    });
    REQUIRE(read.events.size() == 3);
    CHECK((*read.events[0]).type() == EventType::openat);
    CHECK_FALSE((*read.events[0]).has(2));
    CHECK_FALSE((*read.events[1]).has(1));
    CHECK((*read.events[2]).i64(2) == 0);
    CHECK((*read.events[2]).has(2));
    CHECK_FALSE((*read.events[2]).has(4));
}

TEST_CASE("an enter event of another call is not taken, and forgotten") {
    const ReadFile read =
        convert({spec(6, {i64(5), u32(1)}), spec(9, {i64(4), "data"}), spec(7, {i64(4), "data"})});
    REQUIRE(read.events.size() == 2);
    CHECK((*read.events[0]).type() == EventType::write);
    CHECK((*read.events[0]).i64(2) == 0);
    CHECK((*read.events[1]).i64(2) == 0);
    CHECK(read.stats().mismatched_enters == 1);
}

TEST_CASE("an event changes its code, and its parameters by type") {
    const ReadFile read =
        convert({spec(102, {i64(-100), nul("a/b"), u32(1), u32(0)}), spec(103, {i64(3)}),
                 spec(104, {nul("old"), nul("new")}), spec(105, {i64(0)}), spec(56, {u32(2048)}),
                 spec(57, {i64(7), "tuple", raw<std::uint8_t>(9)})});
    REQUIRE(read.events.size() == 3);
    const Event open = *read.events[0], link = *read.events[1], accept = *read.events[2];
    CHECK(open.type() == EventType::openat);
    CHECK(open.i64(0) == 3);
    CHECK(open.i64(1) == -100);
    CHECK(open.text(2) == "a/b");
    CHECK(open.u64(3) == 1);
    CHECK_FALSE(open.has(5));
    CHECK(open.head().sc == syscall_info("openat")->sc);
    CHECK(link.text(1) == "old");
    CHECK(link.text(2) == "new");
    CHECK(accept.type() == EventType::accept4);
    CHECK(accept.u64(2) == 9);
    CHECK(accept.has(3));
    CHECK(accept.u64(5) == 2048);
}

TEST_CASE("the oldest exec climbs through every version") {
    const ReadFile read =
        convert({spec(12, {}), spec(13, {i64(0), nul("/bin/ls"), nul("-l"), i64(100), i64(100),
                                         i64(1), nul("/home"), raw<std::uint64_t>(1024)})});
    REQUIRE(read.events.size() == 1);
    const Event event = *read.events[0];
    CHECK(event.type() == EventType::execve);
    CHECK(event.text(1) == "/bin/ls");
    CHECK(event.text(2) == str("-l") + '\0');
    CHECK(event.i64(5) == 1);
    CHECK(event.text(6) == "/home");
    CHECK(event.u64(7) == 1024);
    for (std::size_t k = 8; k < event.param_count(); ++k) {
        const bool empty = !event.has(k);
        CHECK(empty);
    }
    CHECK(read.events[0].about.number == 2);  // the enter event passes: it is counted
    CHECK(read.stats().counted_only == 1);
}

TEST_CASE("exec takes the file name of its enter event from the version that has it") {
    std::vector<std::string> params(30);
    params[0] = i64(0);
    params[1] = nul("ls");
    const ReadFile read = convert({spec(292, {nul("/usr/bin/ls")}), spec(293, params)});
    REQUIRE(read.events.size() == 1);
    CHECK((*read.events[0]).text(30) == "/usr/bin/ls");
}

TEST_CASE("clone events grow parameters in the middle") {
    const ReadFile read =
        convert({spec(14, {}), spec(15, {i64(200), nul("sh"), "", i64(100), i64(100), i64(1),
                                         nul("/"), i64(1024), u32(0x11), u32(1000), u32(1001)})});
    REQUIRE(read.events.size() == 1);
    const Event event = *read.events[0];
    CHECK(event.type() == EventType::clone);
    CHECK(event.result() == 200);
    CHECK(event.u64(15) == 0x11);
    CHECK(event.u64(16) == 1000);
    CHECK(event.u64(17) == 1001);
    CHECK_FALSE(event.has(13));  // comm
}

TEST_CASE("connect's enter event is shown and remembered") {
    const std::string address = sockaddr_ip("1.2.3.4", 443);
    const ReadFile read = convert({spec(22, {i64(6)}), spec(23, {i64(0), "tuple"}),
                                   spec(22, {i64(7), address}), spec(23, {i64(-111), "", i64(7)})});
    REQUIRE(read.events.size() == 4);
    CHECK((*read.events[0]).type() == EventType::connect_enter);
    CHECK((*read.events[1]).i64(2) == 6);
    CHECK_FALSE((*read.events[1]).has(3));
    CHECK((*read.events[3]).text(3) == address);
    CHECK(read.events[3].about.number == 4);
}

TEST_CASE("enter events that carry what exit events do not are shown") {
    const ReadFile read = convert({spec(2, {}), spec(306, {i64(-100), nul("x"), u32(1), u32(0)})});
    REQUIRE(read.events.size() == 2);
    CHECK((*read.events[0]).type() == EventType::open_enter);
    CHECK_FALSE((*read.events[0]).has(0));
    CHECK((*read.events[1]).text(1) == "x");
}

TEST_CASE("ids without a value are no zero") {
    const ReadFile read = convert({spec(193, {i64(0)}), spec(16, {})});
    REQUIRE(read.events.size() == 2);
    CHECK_FALSE((*read.events[0]).has(1));
    CHECK((*read.events[1]).type() == EventType::procexit);
    CHECK_FALSE((*read.events[1]).has(4));
}

TEST_CASE("the first container event becomes JSON") {
    const ReadFile read = convert({spec(228, {nul("0a1b"), u32(1), nul("we\"b\\\n"), nul("img")})});
    REQUIRE(read.events.size() == 1);
    CHECK((*read.events[0]).type() == EventType::container);
    CHECK((*read.events[0]).text(0) ==
          R"({"container":{"id":"0a1b","type":1,"name":"we\"b\\\u000a","image":"img"}})");
}

TEST_CASE("enter events without arguments and numbers without events are dropped") {
    const ReadFile read = convert({spec(44, {}), spec(17, {}), spec(5, {i64(0), i64(1)})});
    REQUIRE(read.events.size() == 1);
    CHECK(read.events[0].about.number == 1);
    CHECK(read.stats().former_dropped == 2);
}

TEST_CASE("old layouts of an unknown count are read as far as they are known") {
    const ReadFile read = convert({spec(103, {}),                     // fewer
                                   spec(103, {i64(4), "surplus"}),    // more
                                   spec(7, {i64(1), "a", i64(3)})});  // of today's code
    REQUIRE(read.events.size() == 3);
    CHECK_FALSE((*read.events[0]).has(0));
    CHECK((*read.events[1]).i64(0) == 4);
    CHECK((*read.events[2]).i64(2) == 3);
    CHECK_FALSE((*read.events[2]).has(3));
    CHECK(read.stats().no_rule == 2);
    CHECK(read.stats().surplus_params == 1);
}

TEST_CASE("the first event layout is converted too") {
    ScapEventSpec enter = spec(4, {i64(9)}), exit = spec(5, {i64(0)});
    enter.version = exit.version = 1;
    const ReadFile read = convert({enter, exit});
    REQUIRE(read.events.size() == 1);
    CHECK((*read.events[0]).i64(1) == 9);
}

TEST_CASE("an appended file begins without enter events") {
    ScapWriter file;
    file.section().event(spec(4, {i64(9)})).event(spec(5, {i64(0)})).event(spec(4, {i64(8)}));
    file.section().event(spec(5, {i64(0)}));
    const ReadFile read = read_bytes(file.bytes());
    REQUIRE(read.events.size() == 2);
    CHECK((*read.events[1]).i64(1) == 0);
}

TEST_CASE("enter events of endless threads are forgotten and counted") {
    ScapWriter file;
    file.section();
    std::uint64_t tid = 1;
    for (; tid <= 66000; ++tid) file.event(spec(4, {i64(9)}, tid));
    file.event(spec(5, {i64(0)}, 1)).event(spec(5, {i64(0)}, tid - 1));
    const ReadFile read = read_bytes(file.bytes());
    REQUIRE(read.events.size() == 2);
    CHECK((*read.events[0]).i64(1) == 0);
    CHECK((*read.events[1]).i64(1) == 9);
    CHECK(read.stats().enters_evicted == 65536);
}

namespace {

struct Row {
    std::uint16_t code;
    std::size_t count;
    bool stored;
};
constexpr bool STORE = true, PASS = false, STORE_AND_PASS = false;
constexpr Row kRows[] = {
#define KEEP(code, count, action) {code, count, action},
#define ADD(code, count, sources) {code, count, false},
#define CHANGE(code, count, new_code, sources) {code, count, false},
#include "../../../grammar/converter.def"
#undef KEEP
#undef ADD
#undef CHANGE
};

}  // namespace

TEST_CASE("every row of the table ends at an event of today") {
    const std::set<std::uint16_t> exec_enters = {12, 154, 172, 214, 230, 282, 288, 292, 330};
    for (const Row& row : kRows) {
        INFO("row " << row.code << ", " << row.count);
        // Seccomp's enter event gets its second parameter before it is stored.
        const bool kept = row.stored || row.code == 298;
        std::vector<std::string> params(row.count, std::string(8, '\1'));
        const ReadFile read = convert({spec(row.code, params), spec(5, {i64(0), i64(1)})});
        CHECK(read.stats().no_rule == 0);
        CHECK(read.stats().malformed_events == 0);
        const bool shown = !kept && exec_enters.count(row.code) == 0;
        CHECK(read.events.size() == (shown ? 2 : 1));
        CHECK(read.events.back().about.number == (kept ? 1 : 2));
        if (!shown || row.count == 0) continue;
        CHECK((*read.events[0]).has(0));
    }
}

TEST_CASE("every code with any number of parameters is read") {
    constexpr std::uint16_t kCodes = 470;
    for (std::size_t count = 0; count <= 34; ++count) {
        const std::vector<std::string> params(count, std::string(count % 9, '\2'));
        ScapWriter file;
        file.section();
        for (std::uint16_t code = 0; code < kCodes; ++code) file.event(spec(code, params));
        const ReadFile read = read_bytes(file.bytes());
        CHECK(read.error == "");
        CHECK(read.stats().events == kCodes);
        for (const ReadEvent& event : read.events) CHECK((*event).valid());
    }
}
