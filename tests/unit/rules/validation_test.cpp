// SPDX-License-Identifier: Apache-2.0
#include "rules/validation.hpp"

#include "loading.hpp"
#include "tests/support/catch.hpp"

namespace {

using namespace sensor;
using namespace sensor::rules;
using nlohmann::json;

Validation judged(const std::vector<SourceFile>& files) {
    return validate(files, load_rules(files, {}));
}
Validation judged(const std::string& text) {
    return judged(std::vector<SourceFile>{{"f.yaml", text}});
}

const std::string kGood = testing::rule("A", "evt.type=open");

}  // namespace

TEST_CASE("files that are good") {
    CHECK(judged(kGood).ok);
    CHECK(judged(kGood).text == "f.yaml: Ok");
    CHECK(judged(kGood).remarks.empty());
    CHECK(judged(kGood).json.dump() ==
          R"([{"errors":[],"name":"f.yaml","schema_valid":true,"schema_warnings":[],)"
          R"("successful":true,"warnings":[]}])");
    CHECK(judged({{"a.yaml", kGood}, {"b.yaml", testing::rule("B", "evt.type=open")}}).text ==
          "a.yaml: Ok\nb.yaml: Ok");
}

TEST_CASE("warnings alone are named, their text is for the log") {
    const Validation warned = judged("- list: l\n  items: [a]\n" + kGood);
    CHECK(warned.ok);
    CHECK(warned.text == "f.yaml: Ok, with warnings");
    CHECK(warned.remarks ==
          "f.yaml: Ok\n1 Warnings:\nIn rules content: (f.yaml:0:0)\n    list 'l': (f.yaml:0:2)\n"
          "------\n- list: l\n  ^\n------\nLOAD_UNUSED_LIST (Unused list): no rule, macro or list "
          "names this list\n");
    const json warning = warned.json[0]["warnings"][0];
    CHECK(warning["code"] == "LOAD_UNUSED_LIST");
    CHECK(warning["codedesc"] != "Unused list");  // of warnings the long text
    CHECK(warned.json[0]["errors"].empty());
    CHECK(warned.json[0]["successful"] == true);
}

TEST_CASE("every error of a file, each in its frame") {
    const Validation bad = judged(testing::rule("A", "evt.type=opn and proc.name=(") +
                                  "- rule: B\n  desc: d\n  condition: evt.type=open\n"
                                  "  output: o %nothing.here\n  priority: LOUD\n");
    CHECK_FALSE(bad.ok);
    CHECK(
        bad.text.starts_with("f.yaml: Invalid\n3 Schema warnings:\n------\nfailed for <root>[1]"
                             "[priority]: Failed to match against any enum values.\n------\n"));
    CHECK(bad.text.find("in array.\n------\n\n3 Errors:\nIn rules content: (f.yaml:0:0)\n") !=
          std::string::npos);
    CHECK(bad.text.find("    rule 'B': (f.yaml:5:2)\n    rule priority: (f.yaml:9:12)\n------\n"
                        "  priority: LOUD\n            ^\n------\nLOAD_ERR_YAML_VALIDATE (Error "
                        "validating internal structure of YAML file): Invalid priority\n") !=
          std::string::npos);
    CHECK(bad.json[0]["errors"].size() == 3);
    CHECK(bad.json[0]["schema_valid"] == false);
}

TEST_CASE("a place in a condition is named by its text and counted from the item") {
    const json error =
        judged("- macro: m\n  condition: proc.name = cat and nosuch\n").json[0]["errors"][0];
    CHECK(error["message"] == "Undefined macro 'nosuch' used in filter.");
    const json& locations = error["context"]["locations"];
    REQUIRE(locations.size() == 3);
    CHECK(locations[0]["item_type"] == "rules content");
    CHECK(locations[1].dump() ==
          R"({"item_name":"m","item_type":"macro","position":{"column":2,"line":0,)"
          R"("name":"f.yaml","offset":2}})");
    CHECK(locations[2].dump() ==
          R"({"item_name":"","item_type":"condition expression","position":{"column":23,)"
          R"("line":1,"name":"\"proc.name = cat a...\"","offset":22}})");
    CHECK(error["context"]["snippet"] == "proc.name = cat and nosuch\n                    ^\n");
}

TEST_CASE("what a condition or an output is inside of") {
    const auto types = [](const std::string& text) {
        std::string all;
        const json errors = judged(text).json[0]["errors"];
        REQUIRE_FALSE(errors.empty());
        for (const json& step : errors[0]["context"]["locations"])
            all += step["item_type"].get<std::string>() + ",";
        return all;
    };
    CHECK(types(testing::rule("A", "evt.type=opn")) ==
          "rules content,rule,rule condition,condition expression,");
    CHECK(types(testing::rule("A", "evt.type=(")) ==
          "rules content,rule,rule condition,condition expression,");
    CHECK(types("- macro: m\n  condition: evt.type=(\n") ==
          "rules content,macro,macro condition,condition expression,");
    CHECK(types(testing::rule("A", "nosuch")) == "rules content,rule,condition expression,");
    CHECK(types("- rule: A\n  desc: d\n  condition: evt.type=open\n  output: \"%x\"\n"
                "  priority: INFO\n") == "rules content,rule,rule output,rule output expression,");
    CHECK(types("- rule: [A]\n") == "rules content,rule,value for,");
    CHECK(types("- a\n") == "rules content,rules content item,");
    CHECK(types("- rule: A\n") == "rules content,rule,");
    CHECK(types("- [\n") == "rules content,rules content item,");
    CHECK(types("- list: l\n  items: [[a]]\n") == "rules content,list,value for,");
    CHECK(types("- list: l\n  items: []\n  override: {items: add}\n") ==
          "rules content,list,overrides,");
}

TEST_CASE("problems belong to the file they stand in") {
    const Validation both = judged(std::vector<SourceFile>{
        {"a.yaml", "- macro: m\n  condition: nosuch\n"},
        {"b.yaml", kGood + "- rule: A\n  condition: and nosuch2\n  append: true\n"}});
    CHECK(both.json[0]["errors"].size() == 1);
    CHECK(both.json[1]["errors"].size() == 1);
    CHECK(both.json[1]["errors"][0]["context"]["locations"][0]["position"]["name"] == "b.yaml");
    CHECK_FALSE(both.ok);
}

TEST_CASE("deprecated fields have a key of their own") {
    const Validation warned = judged(testing::rule("A", "evt.type=open and evt.dir=<"));
    CHECK(warned.json[0]["warnings"][0]["deprecated_field"] == "evt.dir");
    CHECK_FALSE(
        judged("- list: l\n  items: []\n").json[0]["warnings"][0].contains("deprecated_field"));
}
