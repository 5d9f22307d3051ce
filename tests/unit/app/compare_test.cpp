// SPDX-License-Identifier: Apache-2.0
// Pairs of alerts of two sensors: which are the same, which differ and where, and what is left.
#include <string>
#include <vector>

#include "app/compare_known.hpp"
#include "app/compare_match.hpp"
#include "app/compare_stream.hpp"
#include "base/log.hpp"
#include "capture/scap/byte_stream.hpp"
#include "tests/support/catch.hpp"

using namespace sensor;
using app::AlertMatcher;
using app::AlertParser;
using app::ComparedAlert;

namespace {

constexpr std::uint64_t kMs = 1'000'000, kBegin = 1'795'314'080'000'000'000;

std::string line(std::uint64_t at_ms, const std::string& fields, const std::string& rule = "R") {
    return format(
        R"({{"rule":"{}","source":"syscall","priority":"Warning","output":"t: Warning m",)"
        R"("output_fields":{{"evt.time":{},{}}},"time":"-"}})",
        rule, kBegin + at_ms * kMs, fields);
}

/// Both streams, and "A1=B2" for a pair, "A3" for what only A has; lines as numbers.
struct Scene {
    ComparedAlert alert(const std::string& text, std::uint64_t number) {
        Result<ComparedAlert> made = parser.parse(text);
        REQUIRE(made.has_value());
        made->line = number;
        return *std::move(made);
    }
    void add(std::size_t side, const std::string& text) {
        matcher.add(side, alert(text, ++lines[side]));
    }
    std::vector<std::string> ended() {
        matcher.finish();
        return found;
    }

    std::uint64_t lines[2] = {};
    app::NameTable keys, rules;
    AlertParser parser{keys, rules, app::IgnoredFields({"my.*"})};
    std::vector<std::string> found;
    AlertMatcher matcher{keys, 1000 * kMs, 1 << 20,
                         [this](const ComparedAlert* a, const ComparedAlert* b) {
                             std::string text;
                             if (a != nullptr) text += "A" + std::to_string(a->line);
                             if (a != nullptr && b != nullptr) text += "=";
                             if (b != nullptr) text += "B" + std::to_string(b->line);
                             if (a != nullptr && b != nullptr) {
                                 each_difference(*a, *b, [&](const auto& one, const auto&) {
                                     text += " " + keys.text(one.key);
                                 });
                             }
                             found.push_back(text);
                         }};
};

using Found = std::vector<std::string>;

}  // namespace

TEST_CASE("alerts with equal values are a pair, whatever is only in one and whenever they came") {
    Scene scene;
    scene.add(0, line(0, R"("fd.name":"/a","proc.pid":7,"evt.num":5,"my.own":1)"));
    scene.add(1, line(900, R"("proc.pid":7,"fd.name":"/a","evt.num":6,"my.own":2,"fd.ino":3)"));
    CHECK(scene.found == Found{"A1=B1"});
    scene.add(0, line(3000, R"("fd.name":"/a","proc.pid":7)"));
    scene.add(1, line(4001, R"("fd.name":"/a","proc.pid":7)"));
    CHECK(scene.ended() == Found{"A1=B1", "A2", "B2"});
}

TEST_CASE("a text is no number, and null is no text") {
    Scene scene;
    scene.add(0, line(0, R"("proc.pid":7,"a":"1","b":"null","c":[1,"x"],"d":true,"e":"","f":1.5)"));
    scene.add(1, line(0, R"("proc.pid":7,"a":1,"b":null,"c":[1,"x"],"d":true,"e":"","f":1.5)"));
    CHECK(scene.ended() == Found{"A1=B1 a b"});
}

TEST_CASE("what differs least is the pair, and first what says who did it") {
    Scene scene;
    scene.add(0, line(0, R"("proc.name":"cat","fd.name":"/a","x":1,"y":1)"));
    scene.add(1, line(1, R"("proc.name":"tac","fd.name":"/a","x":1,"y":1)"));
    scene.add(1, line(2, R"("proc.name":"cat","fd.name":"/b","x":2,"y":1)"));
    CHECK(scene.ended() == Found{"A1=B2 fd.name x", "B1"});
}

TEST_CASE("an alert does not take what fits a later one better") {
    Scene scene;
    scene.add(0, line(0, R"("proc.name":"cat","fd.name":"/a","x":1,"y":1)"));
    scene.add(0, line(1, R"("proc.name":"cat","fd.name":"/b","x":2,"y":1)"));
    scene.add(1, line(2, R"("proc.name":"cat","fd.name":"/b","x":3,"y":1)"));
    scene.add(1, line(3, R"("proc.name":"cat","fd.name":"/c","x":1,"y":1)"));
    CHECK(scene.ended() == Found{"A1=B2 fd.name", "A2=B1 x"});
}

TEST_CASE("another process, another rule or too much that differs is no pair") {
    Scene scene;
    scene.add(0, line(0, R"("proc.pid":7,"a":1,"b":1,"c":1)"));
    scene.add(1, line(0, R"("proc.pid":8,"a":1,"b":1,"c":1)"));
    scene.add(0, line(5000, R"("a":1,"b":1,"c":1,"d":1)"));
    scene.add(1, line(5000, R"("a":1,"b":1,"c":1,"d":1)", "S"));
    scene.add(0, line(9000, R"("a":1,"b":1,"c":1,"d":1)"));
    scene.add(1, line(9000, R"("a":2,"b":2,"c":2,"d":2)"));
    const Found all = scene.ended();
    CHECK(all == Found{"A1", "B1", "A2", "B2", "A3", "B3"});
}

TEST_CASE("of many equal alerts it counts how many there are") {
    Scene scene;
    for (int k = 0; k < 5; ++k) scene.add(0, line(10, R"("a":1)"));
    for (int k = 0; k < 3; ++k) scene.add(1, line(20, R"("a":1)"));
    CHECK(scene.ended() == Found{"A1=B1", "A2=B2", "A3=B3", "A4", "A5"});
}

TEST_CASE("a value that one sensor always tells otherwise does not spoil the pairs of a flood") {
    Scene scene;
    constexpr int kCount = 400;
    for (int k = 0; k < kCount; ++k)
        scene.add(0, line(0, format(R"("proc.pid":7,"fd.name":"/{}","id":-1,"x":1)", k)));
    for (int k = kCount; k-- > 0;)
        scene.add(1, line(1, format(R"("proc.pid":7,"fd.name":"/{}","id":99,"x":1)", k)));
    const Found all = scene.ended();
    REQUIRE(all.size() == kCount);
    for (const std::string& one : all) {
        const int a = std::stoi(one.substr(1)), b = std::stoi(one.substr(one.find('B') + 1));
        CHECK(a + b == kCount + 1);
        CHECK(one.ends_with(" id"));
    }
}

TEST_CASE("what can be told before the end is, and what comes later than that is counted") {
    Scene scene;
    scene.add(0, line(0, R"("a":1)"));
    scene.matcher.advance(kBegin + 2000 * kMs);
    CHECK(scene.found.empty());
    scene.matcher.advance(kBegin + 2001 * kMs);
    CHECK(scene.found == Found{"A1"});
    scene.add(1, line(0, R"("a":1)"));
    CHECK(scene.matcher.late(0) == 0);
    CHECK(scene.matcher.late(1) == 1);
    CHECK(scene.ended() == Found{"A1", "B1"});
}

TEST_CASE("alerts that wait have a bound, and those that it cuts short are counted") {
    Scene scene;
    const std::string text(10'000, 'x');
    for (int k = 0; k < 300; ++k) scene.add(0, line(0, format(R"("a":"{}{}")", k, text)));
    CHECK(scene.matcher.early() > 150);
    CHECK(scene.matcher.peak_bytes() < (1 << 20) + 50'000);
    CHECK(scene.found.size() == scene.matcher.early());
    CHECK(scene.ended().size() == 300);
}

TEST_CASE("lines that are no alerts are counted with their numbers") {
    app::NameTable keys, rules;
    AlertParser parser(keys, rules, app::IgnoredFields({}));
    const std::string good = line(0, R"("a":1)");
    app::AlertStream stream(
        "s.jsonl",
        capture::scap::memory_bytes(good + "\n\n{\"rule\":\"x\"\nEvents detected: 3\n" +
                                        "{\"rule\":\"x\"}\n{\"time\":1}\nhello\n" + good,
                                    7),
        parser);
    REQUIRE(*stream.next());
    const auto last = stream.next();
    REQUIRE(last.has_value());
    REQUIRE(*last);
    CHECK((*last)->line == 8);
    REQUIRE(stream.next().has_value());
    CHECK(stream.damaged() == 4);
    REQUIRE(stream.damages().size() == 4);
    CHECK(stream.damages()[0].line == 3);
    CHECK(stream.damages()[1].what == "no alert: it has no time");
    CHECK(stream.damages()[2].what == "no alert: it has no rule");
    CHECK(stream.damages()[3].line == 7);
}

TEST_CASE("alerts as text are refused with the option that helps") {
    app::NameTable keys, rules;
    AlertParser parser(keys, rules, app::IgnoredFields({}));
    for (const char* text : {"02:21:20.288350081: Warning Shadow opened\n",
                             "2026-11-22T02:21:20.288350081+0000: Notice x\n"}) {
        app::AlertStream stream("s", capture::scap::memory_bytes(text), parser);
        const auto first = stream.next();
        REQUIRE_FALSE(first.has_value());
        CHECK(first.error().text.find("s:1: ") == 0);
        CHECK(first.error().text.find("json_output=true") != std::string::npos);
    }
}

TEST_CASE("differences that are meant are explained, others are not") {
    using Kind = app::ComparedValue::Kind;
    const app::ComparedValue null{0, Kind::Null, 0, "null"}, root{0, Kind::Text, 1, "root"},
        joe{0, Kind::Text, 2, "joe"}, unknown{0, Kind::Text, 3, "<UNKNOWN>a"};
    CHECK_FALSE(app::explained("fd.cip.name", joe, null).empty());
    CHECK_FALSE(app::explained("user.name", joe, root).empty());
    CHECK(app::explained("user.name", joe, null).empty());
    CHECK_FALSE(app::explained("fd.name", joe, unknown).empty());
    CHECK(app::explained("fd.name", joe, root).empty());
    CHECK(app::remark_on("fd.cip.name").never);
    CHECK_FALSE(app::remark_on("proc.sid").text.empty());
    CHECK(app::remark_on("proc.name").text.empty());
}
