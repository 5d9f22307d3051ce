// SPDX-License-Identifier: Apache-2.0
// The small parts: names, hashes, the statistics of -s, lines of files, health and versions, and
// the desk where other threads ask for snapshots.
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>

#include "base/read_file.hpp"
#include "metrics/answers.hpp"
#include "metrics/desk.hpp"
#include "metrics/hash.hpp"
#include "metrics/line_file.hpp"
#include "metrics/names.hpp"
#include "metrics/stats_line.hpp"
#include "tests/support/catch.hpp"

namespace {

using namespace sensor::metrics;
namespace fs = std::filesystem;

TEST_CASE("names as keys, metrics and labels") {
    CHECK(key_part("Testing rule   2 (CVE-2244)") == "Testing_rule_2_CVE_2244");
    CHECK(key_part("a:b") == "a:b");
    CHECK(key_part("") == "");
    CHECK(key_part("!!!") == "");
    CHECK(metric_name("a__b--c_") == "a_b_c_");
    CHECK(label_name("tag_a:b") == "tag_a_b");
    CHECK(without_unit("memory_rss_kb") == "memory_rss");
    CHECK(without_unit("cpu_usage_percentage") == "cpu_usage");
    CHECK(without_unit("reload_ts") == "reload");
    CHECK(without_unit("n_evts") == "n_evts");
    CHECK(without_unit("_total") == "_total");
}

TEST_CASE("texts between quotes are UTF-8") {
    CHECK(label_value("plain") == "plain");
    CHECK(label_value("\\ \" \n") == "\\\\ \\\" \\n");
    CHECK(label_value("\xe2\x82\xac \xf0\x9f\x98\x80") == "\xe2\x82\xac \xf0\x9f\x98\x80");
    const std::string bad = "\xef\xbf\xbd";
    CHECK(label_value("\x80") == bad);
    CHECK(label_value("\xc0\xaf") == bad + bad);            // overlong
    CHECK(label_value("\xed\xa0\x80") == bad + bad + bad);  // half of a pair
    CHECK(label_value("\xf5\x80\x80\x80") == bad + bad + bad + bad);
    CHECK(label_value("\xe2\x82") == bad + bad);  // ends too early
}

TEST_CASE("SHA-256") {
    CHECK(sha256("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(sha256("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    const FileHash hash = file_hash("/etc/falco/rules.d/a.yaml", "abc");
    CHECK(hash.file_name == "a.yaml");
    CHECK(hash.sha256 == sha256("abc"));
    CHECK(file_hash("a.yaml", "").file_name == "a.yaml");
}

TEST_CASE("statistics of -s, a line every time") {
    const char* const environment[] = {"PATH=/bin",
                                       "FALCO_STATS_EXTRA_test=run \"1\"",
                                       "FALCO_STATS_EXTRA_=x",
                                       "FALCO_STATS_EXTRA_b=a=b",
                                       "FALCO_STATS_EXTRA_none",
                                       nullptr};
    StatsLines lines(stats_extra(environment));
    CHECK(lines.next({1000, 5, 0}) ==
          R"({"sample": 1, "test": "run \"1\"", "b": "a=b", )"
          R"("cur": {"events": 1000, "drops": 5, "preemptions": 0}, )"
          R"("delta": {"events": 1000, "drops": 5, "preemptions": 0}, "drop_pct": 0.5},)");
    StatsLines plain;
    (void)plain.next({1000, 5, 0});
    CHECK(plain.next({1300, 6, 2}) ==
          R"({"sample": 2, "cur": {"events": 1300, "drops": 6, "preemptions": 2}, )"
          R"("delta": {"events": 300, "drops": 1, "preemptions": 2}, "drop_pct": 0.333333},)");
    CHECK(plain.next({1300, 6, 2}) ==
          R"({"sample": 3, "cur": {"events": 1300, "drops": 6, "preemptions": 2}, )"
          R"("delta": {"events": 0, "drops": 0, "preemptions": 0}, "drop_pct": 0},)");
    CHECK(stats_extra(nullptr).empty());
}

TEST_CASE("lines are appended, to a new file after the old one was moved away") {
    std::string folder = (fs::temp_directory_path() / "lines-XXXXXX").string();
    REQUIRE(::mkdtemp(folder.data()) != nullptr);
    const std::string path = folder + "/stats.jsonl";
    REQUIRE(append_line(path, "one"));
    REQUIRE(append_line(path, "two"));
    CHECK(*sensor::read_file(path) == "one\ntwo\n");
    struct stat info = {};
    REQUIRE(::stat(path.c_str(), &info) == 0);
    CHECK((info.st_mode & 0777) == 0600);
    fs::rename(path, path + ".1");
    REQUIRE(append_line(path, "three"));
    CHECK(*sensor::read_file(path) == "three\n");
    const auto refused = append_line(folder, "x");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().text.find(folder) != std::string::npos);
    fs::remove_all(folder);
}

TEST_CASE("a full disk leaves no half line") {
    const auto refused = append_line("/dev/full", "x");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().text.find("/dev/full") != std::string::npos);
}

TEST_CASE("health") {
    CHECK(health_json({true, "", {}}) == R"({"status": "ok"})");
    CHECK(health_json({false, "no \"event\" came back", {}}) ==
          R"({"status": "unhealthy", "reason": "no \"event\" came back"})");
}

TEST_CASE("all who ask before the event thread looks get one snapshot") {
    Desk desk;
    CHECK_FALSE(desk.is_asked());
    std::uint64_t filled = 0;
    const auto fill = [&filled](Snapshot& snapshot) { snapshot.judged = 7 + ++filled; };
    desk.serve(fill);
    CHECK(filled == 0);
    std::vector<std::shared_ptr<const Snapshot>> got;
    for (int k = 0; k < 3; ++k) CHECK(desk.ask([&got](const auto& one) { got.push_back(one); }));
    CHECK(desk.is_asked());
    desk.serve(fill);
    CHECK_FALSE(desk.is_asked());
    REQUIRE(got.size() == 3);
    CHECK(got[0] == got[2]);
    CHECK(got[0]->judged == 8);
    CHECK(filled == 1);
}

TEST_CASE("where nobody serves, those who wait have a bound") {
    Desk desk;
    int answered = 0;
    const auto count = [&answered](const auto&) { ++answered; };
    for (int k = 0; k < 64; ++k) CHECK(desk.ask(count));
    CHECK_FALSE(desk.ask(count));
    desk.serve([](Snapshot&) {});
    CHECK(answered == 64);
    CHECK(desk.ask(count));
}

TEST_CASE("many threads ask while one serves: everyone gets an answer") {
    Desk desk;
    std::atomic<int> answered{0};
    constexpr int kEach = 500;
    std::vector<std::thread> askers;
    for (int k = 0; k < 4; ++k) {
        askers.emplace_back([&] {
            for (int n = 0; n < kEach; ++n) {
                while (!desk.ask([&answered](const auto&) { ++answered; }))
                    std::this_thread::yield();
            }
        });
    }
    while (answered < 4 * kEach) {
        if (desk.is_asked()) desk.serve([](Snapshot& snapshot) { snapshot.judged = 1; });
    }
    for (std::thread& one : askers) one.join();
    CHECK(answered == 4 * kEach);
}

}  // namespace
