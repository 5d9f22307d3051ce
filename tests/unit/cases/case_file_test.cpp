// SPDX-License-Identifier: Apache-2.0
// What is wrong with a file of cases is said with its place and a hint; nothing ends the program.
#include "cases/case_file.hpp"

#include <filesystem>
#include <fstream>

#include "cases/build.hpp"
#include "cases/run.hpp"
#include "tests/support/catch.hpp"

namespace sensor::testing {
namespace {

/// The error of a file with this text: of reading it, or of building or running its first case.
std::string error_of(const std::string& text) {
    const std::string path =
        (std::filesystem::temp_directory_path() / "sensor_case_file_test.yaml").string();
    std::ofstream(path) << text;
    const Result<cases::CaseFile> file = cases::read_case_file(path, {});
    std::filesystem::remove(path);
    if (!file) return file.error().text;
    cases::Runner runner({});
    const Result<cases::Outcome> outcome = runner.run(*file, file->cases.front());
    return outcome ? "" : outcome.error().text;
}

std::string with_event(const std::string& event, const std::string& by = "cat") {
    return "cases:\n- case: c\n  condition: evt.type = openat\n  fires: true\n  by: " + by +
           "\n  event: " + event + "\n";
}

bool says(const std::string& error, const std::string& place, const std::string& text) {
    INFO(error);
    CHECK(error.find(place) != std::string::npos);
    CHECK(error.find(text) != std::string::npos);
    return true;
}

}  // namespace

TEST_CASE("a good case has no error") {
    CHECK(error_of(with_event("{openat: {fd: 3, name: /x}}")).empty());
}

TEST_CASE("mistakes of a case file have a place and a hint") {
    says(error_of("cases:\n- cse: x\n"), ":2:3: error: unknown key 'cse'", "did you mean 'case'?");
    says(error_of("cases: [\n"), ":", "error:");
    says(error_of("cases: 5\n"), ":1:8:", "no list of cases");
    says(error_of(with_event("{openatt: {}}")), ":6:", "did you mean 'openat");
    says(error_of(with_event("{openat: {nme: /x}}")), ":6:20:", "it has fd, ");
    says(error_of(with_event("{openat: {flags: O_NEVER}}")), ":6:", "unknown flag O_NEVER");
    says(error_of(with_event("{openat: 7}")), ":6:", "parameters are a map");
    says(error_of(with_event("{openat: {}}", "{exepth: /x}")), ":5:8:", "did you mean 'exepath'?");
    says(error_of(with_event("{connect: {fd: 3, addr: \"1.2.3:80\"}}")), ":6:", "no address");
    says(error_of(with_event("{connect: {fd: 3, addr: \"1.2.3.4:99999\"}}")), ":6:", "HOST:PORT");
    says(error_of(with_event("{openat: {}}", "{fds: {3: tcp x->y}}")), ":5:", "HOST:PORT");
    says(error_of("rules: none.yaml\ncases:\n- case: c\n  event: {openat: {}}\n  alerts: []\n"),
         ":1:8:", "none.yaml");
}

TEST_CASE("processes that name each other end with an error") {
    const std::string like = "programs: {a: {like: b}, b: {like: a}}\n";
    says(error_of(like + with_event("{openat: {}}", "a")), ":1:", "without end");
    const std::string parent = "programs: {a: {name: a, parent: a}}\n";
    says(error_of(parent + with_event("{openat: {}}", "a")), ":1:", "parents without end");
}

TEST_CASE("a capture that cannot be read is an error of the case") {
    says(error_of(
             "inline: |\n  - rule: r\n    desc: d\n    condition: evt.type = open\n    output: "
             "o\n    priority: INFO\ncases:\n- case: c\n  capture: nowhere.scap\n  alerts: []\n"),
         ":8:3:", "nowhere.scap");
}

TEST_CASE("an event of the command line") {
    const auto event = cases::read_event_text(
        "--event", R"({"openat": {"fd": 3, "name": "/etc/shadow"}, "by": {"name": "cat"}})");
    REQUIRE(event);
    const auto world = cases::build_world(*event, event->cases.front());
    REQUIRE(world);
    REQUIRE(world->events.size() == 1);
    CHECK(world->events.front().event().type() == EventType::openat);
    CHECK(world->process(world->ids.at("")).comm == "cat");
    const auto wrong = cases::read_event_text("--event", "[1, 2]");
    REQUIRE_FALSE(wrong);
    says(wrong.error().text, "--event:1:1:", "an event is a map");
}

}  // namespace sensor::testing
