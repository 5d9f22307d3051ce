// SPDX-License-Identifier: Apache-2.0
// JSON lines there and back, how numbers read, and what the reports contain.
#include "bench/report.hpp"

#include "bench/chart.hpp"
#include "bench/jsonl.hpp"
#include "bench/table.hpp"
#include "tests/support/catch.hpp"

using namespace sensor;
using namespace sensor::bench;

namespace {

bool has(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }

Run example() {
    Run run;
    run.info = {"kernel",          "2026-01-31T12:00:00Z", "1.2.3", "bare", {{"kernel", "6.1"}},
                {{"rounds", "2"}}, {"noisy <machine>"}};
    run.series.push_back({"getppid", "bare", "ns", Better::Lower, {{100, 102}, {101, 103}}});
    run.series.push_back({"getppid", "a<b&c", "ns", Better::Lower, {{130, 132}, {131, 133}}});
    run.series.push_back({"events", "bare", "1/s", Better::Higher, {{2'000'000}, {2'100'000}}});
    return run;
}

}  // namespace

TEST_CASE("a run survives being written and read") {
    const Run run = example();
    const Result<std::vector<Run>> read = from_json_lines(to_json_lines(run) + to_json_lines(run));
    REQUIRE(read.has_value());
    REQUIRE((*read).size() == 2);
    const Run& again = (*read)[1];
    CHECK(again.info.machine == run.info.machine);
    CHECK(again.info.setup == run.info.setup);
    CHECK(again.info.warnings == run.info.warnings);
    CHECK(again.info.baseline == "bare");
    REQUIRE(again.series.size() == 3);
    CHECK(again.series[1].variant == "a<b&c");
    CHECK(again.series[1].rounds == run.series[1].rounds);
    CHECK(again.series[2].better == Better::Higher);
    CHECK(to_json_lines(again) == to_json_lines(run));
}

TEST_CASE("lines that are no run are refused with their number") {
    CHECK(has(from_json_lines("{}\n").error().text, "line 1"));
    CHECK(has(from_json_lines("not json\n").error().text, "line 1"));
    CHECK(has(from_json_lines("\n{\"type\":\"other\"}\n").error().text, "line 2: unknown type"));
    const std::string lines = to_json_lines(example());
    const std::string series_only = lines.substr(lines.find('\n') + 1);
    CHECK(has(from_json_lines(series_only).error().text, "before the first run"));
    CHECK(has(from_json_lines("{\"type\":\"run\",\"benchmark\":5}").error().text, "line 1"));
}

TEST_CASE("quantities read in the unit that fits") {
    CHECK(quantity(131.24, "ns") == "131.2 ns");
    CHECK(quantity(1.5, "ns") == "1.50 ns");
    CHECK(quantity(1234.5, "ns") == "1234 ns");
    CHECK(quantity(12'345, "ns") == "12.35 µs");
    CHECK(quantity(1.5e6, "ns") == "1.50 ms");
    CHECK(quantity(2.5e9, "ns") == "2.50 s");
    CHECK(quantity(2'050'000, "/s") == "2.05 M/s");
    CHECK(difference(30, "ns") == "+30.00 ns");
    CHECK(difference(-30, "ns") == "-30.00 ns");
    CHECK(differences(-5'000, 20'000, "ns") == "-5.00 .. +20.00 µs");
    CHECK(percent(0.051) == "+5.1 %");
    CHECK(percent(-0.3) == "-30 %");
}

TEST_CASE("a table compares with the baseline of the same subject") {
    const Run run = example();
    const std::vector<Row> rows = rows_of(run);
    REQUIRE(rows.size() == 3);
    CHECK(rows[0].is_baseline);
    CHECK_FALSE(rows[0].compared);
    REQUIRE(rows[1].compared);
    CHECK(rows[1].over.by_median == 30);
    CHECK(table_cells(rows[1]).size() == table_heads(run).size());
    CHECK(table_cells(rows[0]).size() == table_heads(run).size());
    CHECK(has(markdown_table(run), "| getppid | a<b&c | 130.0 ns |"));
}

TEST_CASE("reports hold warnings, charts and every variant, escaped") {
    const std::vector<Run> runs{example(), example()};
    CHECK(chart_names(runs) == std::vector<std::string>{"kernel.svg", "kernel-2.svg"});
    const std::string page = html_report(runs);
    CHECK(has(page, "noisy &lt;machine&gt;"));
    CHECK(has(page, "a&lt;b&amp;c"));
    CHECK_FALSE(has(page, "a<b"));
    CHECK_FALSE(has(page, "<script"));
    CHECK(has(page, "+30.00 ns"));
    CHECK(has(markdown_report(runs), "![kernel](kernel-2.svg)"));
    const std::string chart = bar_chart(runs[0]);
    CHECK(has(chart, "a&lt;b&amp;c"));
    CHECK(has(chart, ">getppid<"));
    CHECK(has(chart, ">events<"));
}

TEST_CASE("a bar is as long as its median is to the longest") {
    Run run = example();
    run.series = {{"s", "bare", "ns", Better::Lower, {{50}}},
                  {"s", "b", "ns", Better::Lower, {{100}}}};
    const std::string chart = bar_chart(run);
    CHECK(has(chart, "class=\"v0\" x=\"132.0\" y=\"42.0\" width=\"280.0\""));
    CHECK(has(chart, "class=\"v1\" x=\"132.0\" y=\"74.0\" width=\"560.0\""));
}

TEST_CASE("a report of no run is refused") {
    CHECK_FALSE(write_report({"/dev/null"}, "unused").has_value());
    CHECK_FALSE(write_report({"no such file"}, "unused").has_value());
}
