// SPDX-License-Identifier: Apache-2.0
#include "rules/describe.hpp"

#include "loading.hpp"
#include "tests/support/catch.hpp"

namespace {

using namespace sensor;
using namespace sensor::rules;
using nlohmann::json;

const std::string kText =
    "- list: inner\n  items: [a]\n- list: l\n  items: [inner, b]\n"
    "- macro: reads\n  condition: (evt.type in (read) and fd.num>=0)\n"
    "- rule: First\n  desc: one two\n  condition: reads and proc.name in (l)\n"
    "  output: f %proc.name %proc.aname[2] %container.id\n  priority: warning\n"
    "  tags: [b, a]\n  exceptions:\n"
    "  - {name: e, fields: [proc.pname, proc.exe], comps: [=, startswith], values: [[x, y]]}\n"
    "- rule: Second\n  desc: other\n  condition: evt.type=close and not proc.name startswith x\n"
    "  output: s\n  priority: INFO\n  enabled: false\n  capture: true\n  capture_duration: 5\n";

RuleSet described(const std::string& text, LoadOptions options = {}) {
    options.describe = true;
    return testing::load({text}, options);
}

json all_of(const std::string& text) {
    const Result<json> object = describe_json(described(text), "");
    REQUIRE(object.has_value());
    return *object;
}

}  // namespace

TEST_CASE("the table of rules") {
    const RuleSet set = described(kText);
    const std::string head = "Rule" + std::string(47, ' ') + "Description\n----" +
                             std::string(47, ' ') + "-----------\n";
    const std::string first = "First" + std::string(46, ' ') + "one two \n\n";
    const std::string second = "Second" + std::string(45, ' ') + "other \n\n";
    CHECK(*describe_text(set, "") == head + first + second);
    CHECK(*describe_text(set, "Second") == head + second);
    const auto unknown = describe_text(set, "Secnd");
    REQUIRE_FALSE(unknown.has_value());
    CHECK(unknown.error().text.find("'Secnd'") != std::string::npos);
    CHECK(unknown.error().text.find("Second") != std::string::npos);
}

TEST_CASE("long descriptions are wrapped beside the names") {
    std::string words;
    for (int k = 0; k < 30; ++k) words += " word" + std::to_string(k);
    const std::string name(60, 'n');
    const RuleSet set = described("- rule: " + name + "\n  desc:" + words +
                                  "\n  condition: evt.type=open\n  output: o\n  priority: INFO\n");
    const std::string table = *describe_text(set, name);
    std::size_t lines = 0;
    for (std::size_t at = table.find(name); at < table.size();) {
        const std::size_t end = table.find('\n', at);
        if (end > at) {
            ++lines;
            CHECK(end - at <= 110 + (lines == 1 ? 10 : 0));  // the name is ten bytes too long
            if (lines > 1)
                CHECK(table.substr(at, 56) ==
                      std::string(51, ' ') + "word" + table.substr(at + 55, 1));
        }
        at = end + 1;
    }
    CHECK(lines > 2);
}

TEST_CASE("all that is known of a rule") {
    const json rules = all_of(kText)["rules"];
    REQUIRE(rules.size() == 2);
    CHECK(rules[0]["info"] ==
          json::parse(R"js({"name":"First","condition":"reads and proc.name in (l)",
              "priority":"Warning","output":"f %proc.name %proc.aname[2] %container.id",
              "description":"one two","enabled":true,"source":"syscall","capture":false,
              "capture_duration":0,"tags":["a","b"]})js"));
    const json& details = rules[0]["details"];
    CHECK(details["macros"] == json::array({"reads"}));
    CHECK(details["lists"] == json::array({"l"}));
    CHECK(details["condition_operators"] == json::array({"=", ">=", "in", "startswith"}));
    CHECK(details["condition_fields"] ==
          json::array({"evt.type", "fd.num", "proc.exe", "proc.name", "proc.pname"}));
    CHECK(details["output_fields"] == json::array({"proc.name", "proc.aname[2]", "container.id"}));
    CHECK(details["exception_names"] == json::array({"e"}));
    CHECK(details["exception_fields"] == json::array({"proc.exe", "proc.pname"}));
    CHECK(details["exception_operators"] == json::array({"=", "startswith"}));
    CHECK(details["events"] == json::array({"asyncevent", "read"}));
    CHECK(details["plugins"] == json::array({"container"}));
    CHECK(details["condition_compiled"] ==
          "(((evt.type in (read) and fd.num >= 0) and proc.name in (a, b)) and not (proc.pname = x "
          "and proc.exe startswith y))");
    CHECK_FALSE(details.contains("extra_output_formatted_fields"));
}

TEST_CASE("rules that do not run are listed like those that do, in their order") {
    const json second = all_of(kText)["rules"][1];
    CHECK(second["info"]["enabled"] == false);
    CHECK(second["info"]["capture"] == true);
    CHECK(second["info"]["capture_duration"] == 5);
    CHECK(second["details"]["events"] == json::array({"asyncevent", "close"}));
    CHECK(second["details"]["output_fields"] == json::array());
    CHECK(second["details"]["plugins"] == json::array());
    LoadOptions options;
    options.selections = {{false, "First", ""}, {true, "Second", ""}};
    const Result<json> swapped = describe_json(described(kText, options), "");
    CHECK((*swapped)["rules"][0]["info"]["name"] == "First");
    CHECK((*swapped)["rules"][0]["info"]["enabled"] == false);
}

TEST_CASE("macros, lists and what is required") {
    const json whole = all_of(
        "- required_engine_version: 0.57.0\n- required_plugin_versions:\n"
        "  - {name: container, version: 0.2.0, alternatives: [{name: x, "
        "version: 1.2.3}]}\n" +
        kText);
    CHECK(whole["required_engine_version"] == "0.57.0");
    CHECK(whole["required_plugin_versions"] ==
          json::parse(R"js([{"name":"container","version":"0.2.0",
              "alternatives":[{"name":"x","version":"1.2.3"}]}])js"));
    CHECK(whole["macros"] == json::parse(R"js([{"info":{"name":"reads",
        "condition":"(evt.type in (read) and fd.num>=0)"},"details":{"used":true,"macros":[],
        "lists":[],"condition_operators":[">=","in"],"condition_fields":["evt.type","fd.num"],
        "events":["asyncevent","read"],"plugins":[],
        "condition_compiled":"(evt.type in (read) and fd.num >= 0)"}}])js"));
    CHECK(whole["lists"][1] == json::parse(R"js({"info":{"name":"l","items":["b"]},"details":{
        "used":true,"lists":["inner"],"items_compiled":["a","b"],"plugins":[]}})js"));
    const Result<json> one = describe_json(described(kText), "First");
    CHECK(one->size() == 1);
    CHECK((*one)["rules"].size() == 1);
}

TEST_CASE("what the configuration adds is part of the compiled output") {
    LoadOptions options;
    options.append_output = {{"", "", {}, "x=%proc.pid", false}};
    options.append_output[0].extra_fields = {{"user", "u=%user.name", false},
                                             {"proc.exe", "proc.exe", true}};
    const Result<json> whole = describe_json(described(kText, options), "");
    const json& details = (*whole)["rules"][1]["details"];
    CHECK(details["output_compiled"] == "s x=%proc.pid");
    CHECK(details["output_fields"] == json::array({"proc.pid"}));
    CHECK(details["extra_output_formatted_fields"] == json({{"user", "u=%user.name"}}));
}
