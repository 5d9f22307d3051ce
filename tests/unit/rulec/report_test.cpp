// SPDX-License-Identifier: Apache-2.0
// The forms of a report: text for people, JSON and SARIF for programs.
#include "rulec/report.hpp"
#include "output/json.hpp"

#include "tests/support/catch.hpp"

namespace sensor::rulec {
namespace {

using nlohmann::json;

LoadedRules load(const std::string& name, const std::string& text) {
    LoadedRules loaded;
    loaded.files = {{name, text}};
    loaded.set = rules::load_rules(loaded.files, {});
    return loaded;
}

const std::string kBroken =
    "- rule: Ärger\n  desc: d\n"
    "  condition: evt.type = open and proc.cmdline = \"ä\" and no.such = 1\n"
    "  output: o\n  priority: INFO\n"
    "- list: l\n  items: [a]\n  frob: 1\n";

}  // namespace

TEST_CASE("text says file, line, column, line, caret, hint and counts") {
    const std::string text = report_text(load("a/r.yaml", kBroken), Paint(false));
    CHECK(text.starts_with("a/r.yaml: Invalid, 1 error, 1 warning\na/r.yaml:3:58: error: "));
    CHECK(text.find("\n  in rule 'Ärger'") != std::string::npos);
    CHECK(text.find("^\n") != std::string::npos);
    CHECK(text.ends_with("1 rule, 0 active rules, 1 error, 1 warning\n"));
    CHECK(text.find('\033') == std::string::npos);
}

TEST_CASE("colours change nothing but the colour") {
    const LoadedRules loaded = load("r.yaml", kBroken);
    std::string text = report_text(loaded, Paint(true));
    CHECK(text.find("\033[31merror:\033[0m") != std::string::npos);
    for (std::size_t k = text.find('\033'); k != std::string::npos; k = text.find('\033', k))
        text.erase(k, text.find('m', k) - k + 1);
    CHECK(text == report_text(loaded, Paint(false)));
}

TEST_CASE("good rules are said to be good") {
    const std::string text = report_text(load("r.yaml", "- list: l\n  items: []\n"), Paint(false));
    CHECK(text.starts_with("r.yaml: Ok, with warnings, 1 warning\n"));
    CHECK(report_text(load("r.yaml", ""), Paint(false)) ==
          "r.yaml: Ok\n0 rules, 0 active rules, no problems\n");
}

TEST_CASE("JSON has every problem with its place") {
    const json out = json::parse(report_json(load("r.yaml", kBroken)));
    CHECK(out["ok"] == false);
    CHECK(out["errors"] == 1);
    CHECK(out["warnings"] == 1);
    CHECK(out["rules"] == 1);
    CHECK(out["files"][0]["name"] == "r.yaml");
    REQUIRE(out["diagnostics"].size() == 2);
    for (const json& d : out["diagnostics"]) {
        CHECK(d["file"] == "r.yaml");
        CHECK(d["line"].get<int>() > 0);
        CHECK(d["column"].get<int>() > 0);
        CHECK_FALSE(d["message"].get<std::string>().empty());
    }
}

TEST_CASE("SARIF has what its schema requires") {
    const json log = json::parse(report_sarif(load("/top/a b/r.yaml", kBroken), "/top"));
    CHECK(log["version"] == "2.1.0");
    REQUIRE(log["runs"].size() == 1);
    const json& run = log["runs"][0];
    CHECK(run["tool"]["driver"]["name"] == "falco-rulec");
    const json& codes = run["tool"]["driver"]["rules"];
    REQUIRE(run["results"].size() == 2);
    for (const json& result : run["results"]) {
        const std::size_t index = result["ruleIndex"];
        REQUIRE(index < codes.size());
        CHECK(codes[index]["id"] == result["ruleId"]);
        CHECK_FALSE(codes[index]["help"]["text"].get<std::string>().empty());
        CHECK_FALSE(codes[index]["shortDescription"]["text"].get<std::string>().empty());
        CHECK_FALSE(result["message"]["text"].get<std::string>().empty());
        const json& place = result["locations"][0]["physicalLocation"];
        CHECK(place["artifactLocation"]["uri"] == "a%20b/r.yaml");
        CHECK(place["region"]["startLine"].get<int>() >= 1);
    }
    CHECK(run["columnKind"] == "unicodeCodePoints");
    for (const json& result : run["results"]) {
        if (result["level"] != "error") continue;
        // Byte column 58; the one letter before it that takes two bytes counts as one.
        CHECK(result["locations"][0]["physicalLocation"]["region"]["startColumn"] == 57);
    }
}

TEST_CASE("a SARIF URI outside the folder is whole, a relative one stays") {
    const auto uri = [](const std::string& file) {
        const json log = json::parse(report_sarif(load(file, kBroken), "/top"));
        return log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
                  ["uri"]
                      .get<std::string>();
    };
    CHECK(uri("/else/r.yaml") == "file:///else/r.yaml");
    CHECK(uri("./x/../r.yaml") == "r.yaml");
    CHECK(uri("<condition>") == "%3Ccondition%3E");
}

TEST_CASE("a good file gives a SARIF run without results") {
    const json log = json::parse(report_sarif(load("r.yaml", ""), "/"));
    CHECK(log["runs"][0]["results"].is_array());
    CHECK(log["runs"][0]["results"].empty());
    CHECK(log["runs"][0]["tool"]["driver"]["rules"].is_array());
}

}  // namespace sensor::rulec
