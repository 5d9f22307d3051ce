// SPDX-License-Identifier: Apache-2.0
// Rules files: items, keys, appends, overrides, order, selections.
#include "rules/ruleset.hpp"

#include <algorithm>

#include "rules/select.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/rules/loading.hpp"

using namespace sensor::rules;
using namespace sensor::rules::testing;
using sensor::lang::Diagnostic;

TEST_CASE("a whole file") {
    const RuleSet set = load(
        "- list: my_shells\n  items: [bash, sh]\n"
        "- macro: opened\n  condition: (evt.type in (open,openat,openat2) and fd.num>=0)\n"
        "- rule: Shadow opened\n  desc: a process opens the shadow file\n"
        "  condition: opened and fd.name=/etc/shadow and not proc.name in (my_shells)\n"
        "  output: Shadow opened (user=%user.name)\n  priority: WARNING\n  tags: "
        "[mitre_credential_access, filesystem, filesystem]\n");
    CHECK(set.diagnostics.empty());
    REQUIRE(set.rules.size() == 1);
    const Rule& rule = set.rules[0];
    CHECK(rule.condition_compiled ==
          "((evt.type in (open, openat, openat2) and fd.num >= 0) and fd.name = /etc/shadow and "
          "not proc.name in (bash, sh))");
    CHECK(rule.tags == std::vector<std::string>{"filesystem", "mitre_credential_access"});
    CHECK(rule.priority == Priority::Warning);
    CHECK(rule.condition_idx == 0);
    CHECK(rule.line == 5);
    CHECK(rule.macros == std::vector<std::string>{"opened"});
    CHECK(rule.lists == std::vector<std::string>{"my_shells"});
    CHECK(rule.format.fields.size() == 1);
    REQUIRE(set.program.conditions.size() == 1);
    REQUIRE(set.macros.size() == 1);
    CHECK(set.macros[0].used);
    CHECK(set.macros[0].condition_compiled ==
          "(evt.type in (open, openat, openat2) and fd.num >= 0)");
    CHECK(set.lists[0].items_compiled == std::vector<std::string>{"bash", "sh"});
}

TEST_CASE("shape of the file") {
    CHECK(load("").diagnostics.empty());
    CHECK(load("# nothing\n").diagnostics.empty());
    CHECK(load("- \n").diagnostics.empty());
    CHECK(error("a: b\n") == "LOAD_ERR_YAML_VALIDATE: a rules file is a list of items, not a map");
    CHECK(error("just a sentence\n") ==
          "LOAD_ERR_YAML_VALIDATE: a rules file is a list of items, not a text");
    CHECK(error("a : b : c\n").starts_with("LOAD_ERR_YAML_PARSE"));
    CHECK(error("- word\n") == "LOAD_ERR_YAML_VALIDATE: 'word' is not an item");
    CHECK(error("- list:\n") == "LOAD_ERR_YAML_VALIDATE: key 'list' has no value");
    CHECK(error("- macro:\n") == "LOAD_ERR_YAML_VALIDATE: key 'macro' has no value");
    CHECK(error("- rule: \"\"\n") == "LOAD_ERR_YAML_VALIDATE: key 'rule' has no value");
    CHECK(error("- list: a\n") == "LOAD_ERR_YAML_VALIDATE: missing key 'items'");
    CHECK(error("- macro: a\n") == "LOAD_ERR_YAML_VALIDATE: missing key 'condition'");
    CHECK(error("- rule: a\n  desc: d\n  condition: evt.type=open\n  priority: INFO\n") ==
          "LOAD_ERR_YAML_VALIDATE: missing key 'output'");
    CHECK(load("- frob: 1\n").diagnostics.at(0).code == "LOAD_UNKNOWN_ITEM");
    const RuleSet broken = load("- rule: a\n  desc: [\n- x: :\n");
    CHECK(find(broken, "LOAD_ERR_YAML_PARSE")->position.line > 1);
    CHECK(names(load(rule("A", "evt.type=open") + "---\n" + rule("B", "evt.type=close"))) == "A,B");
    CHECK(names(load(rule("A", "evt.type=open") + "---\n---\n" + rule("B", "evt.type=close") +
                     "...\n")) == "A,B");
    CHECK(error(", r1e[l: u\n  x: *nowhere\n")
              .starts_with("LOAD_ERR_YAML_PARSE"));  // some parsers never return
    CHECK(error("- [a]\n").find("a list is not an item") != std::string::npos);
}

TEST_CASE("keys and values") {
    CHECK(load(rule("A", "evt.type=open") + "  frob: 1\n").diagnostics.at(0).message ==
          "unknown key 'frob', it is ignored");
    CHECK(find(load(rule("A", "evt.type=open") + "  prioritty: 1\n"), "LOAD_UNKNOWN_KEY")->hint ==
          "did you mean 'priority'?");
    CHECK(find(load("- list: a\n  items: [b]\n  priority: INFO\n"), "LOAD_UNKNOWN_KEY") != nullptr);
    CHECK(error(rule("A", "evt.type=open") + "  enabled: maybe\n")
              .starts_with("LOAD_ERR_YAML_VALIDATE"));
    CHECK(names(load(rule("A", "evt.type=open") + "  enabled: no\n")).empty());
    CHECK(load(rule("A", "evt.type=open") + "  capture: yes\n  capture_duration: 500\n")
              .rules[0]
              .capture_duration_ms == 500);
    CHECK(error(rule("A", "evt.type=open") + "  capture_duration: abc\n")
              .starts_with("LOAD_ERR_YAML_VALIDATE"));
    CHECK(error(rule("A", "evt.type=open") + "  tags: x\n").starts_with("LOAD_ERR_YAML_VALIDATE"));
    CHECK(compiled("- rule: A\n  desc: d\n  condition: evt.type=open\n  condition: "
                   "evt.type=close\n  output: o\n  priority: INFO\n") == "evt.type = open");
}

TEST_CASE("edge 104: tags are texts, and a set") {
    CHECK(load(rule("A", "evt.type=open") + "  tags: [1, b, b]\n").rules[0].tags ==
          std::vector<std::string>{"1", "b"});
}

TEST_CASE("priorities") {
    Priority p{};
    CHECK(parse_priority("InFo", p));
    CHECK(p == Priority::Informational);
    CHECK(to_text(p) == "Informational");
    CHECK(parse_priority("EMERGENCY", p));
    CHECK_FALSE(parse_priority("warn", p));
    CHECK_FALSE(parse_priority("", p));
    const std::string one =
        "- rule: One\n  desc: d\n  condition: evt.type=open\n  output: o\n  priority: WARN\n";
    const RuleSet set = load("- required_engine_version: 57\n" + one);
    const Diagnostic& d = set.diagnostics.at(0);
    CHECK(d.message == "Invalid priority");
    CHECK(d.hint == "did you mean 'WARNING'?");
    CHECK(d.position.line == 6);
    CHECK(d.position.column == 13);
    CHECK(d.snippet == "  priority: WARN\n            ^\n");
    CHECK(d.context.back().item_type == "rule priority");
    const RuleSet old = load(one);  // as files were before there were versions
    REQUIRE(old.rules.size() == 1);
    CHECK(old.rules[0].priority == Priority::Warning);
    CHECK(find(old, "LOAD_DEPRECATED_ITEM") != nullptr);
}

TEST_CASE("engine and plugin versions") {
    CHECK(load("- required_engine_version: 57\n").required_engine == EngineVersion{0, 57, 0});
    CHECK(error("- required_engine_version: \"0.26.0\"\n").empty());
    CHECK(error("- required_engine_version: 63\n").empty());
    CHECK(error("- required_engine_version: 64\n") ==
          "LOAD_ERR_VALIDATE: the rules require engine version 0.64.0");
    CHECK(error("- required_engine_version: 1.0.0\n").starts_with("LOAD_ERR_VALIDATE"));
    CHECK(error("- required_engine_version: seven\n") ==
          "LOAD_ERR_YAML_VALIDATE: 'seven' is not an engine version");
    CHECK(error("- required_plugin_versions:\n  - name: container\n    version: 0.4.0\n").empty());
    CHECK(error("- required_plugin_versions:\n  - name: json\n    version: 0.4.0\n    "
                "alternatives:\n      - name: container\n        version: 0.1.0\n")
              .empty());
    CHECK(error("- required_plugin_versions:\n  - name: json\n    version: 0.4.0\n")
              .find("json (>= 0.4.0)") != std::string::npos);
    CHECK(error("- required_plugin_versions:\n  - name: json\n    version: x\n")
              .starts_with("LOAD_ERR_VALIDATE"));
    CHECK(error("- required_plugin_versions:\n  - name: container\n    version: 0.1.0\n    "
                "alternatives:\n      - name: container\n        version: 0.1.0\n")
              .find("twice") != std::string::npos);
    CHECK_FALSE(error("- required_plugin_versions:\n  - word\n").empty());
    CHECK_FALSE(error("- required_plugin_versions: 3\n").empty());
}

TEST_CASE("append joins texts") {
    const std::string base = rule("A", "evt.type=open or evt.type=close");
    CHECK(compiled(base + "- rule: A\n  append: true\n  condition: and proc.name=c\n") ==
          "(evt.type = open or (evt.type = close and proc.name = c))");
    const RuleSet set =
        load(base + "- rule: A\n  append: true\n  condition: and proc.name=c\n  enabled: false\n");
    CHECK(set.rules.size() == 1);
    CHECK(count(set, "LOAD_DEPRECATED_ITEM") == 1);
    CHECK(error("- rule: A\n  append: true\n  condition: and proc.name=c\n")
              .find("of a rule 'A' that does not exist") != std::string::npos);
    CHECK(error(base + "- rule: A\n  append: true\n") ==
          "LOAD_ERR_VALIDATE: 'append: true' adds to 'condition' and 'exceptions' only");
    CHECK(compiled("- list: l\n  items: [a]\n- list: l\n  items: [b]\n  append: true\n" +
                   rule("A", "evt.type=open and proc.name in (l)")) ==
          "(evt.type = open and proc.name in (a, b))");
    CHECK(compiled("- macro: m\n  condition: proc.name=a\n- macro: m\n  condition: or "
                   "proc.name=b\n  append: true\n" +
                   rule("A", "evt.type=open and m")) ==
          "(evt.type = open and (proc.name = a or proc.name = b))");
    CHECK(error("- list: l\n  items: [b]\n  append: true\n").find("there is no list 'l'") !=
          std::string::npos);
    CHECK(error("- macro: m\n  condition: a\n  append: true\n").find("there is no macro 'm'") !=
          std::string::npos);
    CHECK(error(base + "- rule: A\n  append: true\n  condition: and (a\n")
              .starts_with("LOAD_ERR_COMPILE_CONDITION"));
    CHECK(error(rule("A", "evt.type=open") +
                "- rule: A\n  append: true\n  condition: fd.name=/x\n") ==
          "LOAD_ERR_COMPILE_CONDITION: unexpected 'fd.name' after 'open', expecting 'or' or 'and'");
}

TEST_CASE("overrides") {
    const std::string base = rule("A", "evt.type=open") + "  tags: [t]\n";
    const std::string head = base + "- rule: A\n";
    CHECK(compiled(head + "  condition: and proc.name=c\n  override:\n    condition: append\n") ==
          "(evt.type = open and proc.name = c)");
    CHECK(compiled(head + "  condition: evt.type=close\n  override: {condition: replace}\n") ==
          "evt.type = close");
    CHECK(load(head + "  output: \" more \"\n  override: {output: append}\n").rules[0].output ==
          "o %proc.name  more ");
    CHECK(load(head + "  output: \" new \"\n  override: {output: replace}\n").rules[0].output ==
          " new ");
    CHECK(load(head + "  tags: [s, t]\n  override: {tags: append}\n").rules[0].tags ==
          std::vector<std::string>{"s", "t"});
    CHECK(load(head + "  tags: [s]\n  override: {tags: replace}\n").rules[0].tags ==
          std::vector<std::string>{"s"});
    CHECK(load(head + "  desc: e\n  override: {desc: append}\n").rules[0].description == "d e");
    CHECK(load(head + "  priority: ERROR\n  override: {priority: replace}\n").rules[0].priority ==
          Priority::Error);
    CHECK(names(load(head + "  enabled: false\n  override: {enabled: replace}\n")).empty());
    CHECK(error(head + "  priority: ERROR\n  override: {priority: append}\n") ==
          "LOAD_ERR_YAML_VALIDATE: key 'priority' cannot be appended to");
    CHECK(error(head + "  override: {condition: append}\n") ==
          "LOAD_ERR_YAML_VALIDATE: 'override' names 'condition', and the item has "
          "no key 'condition'");
    CHECK(
        error(head +
              "  condition: and evt.num>0\n  priority: ERROR\n  override: {condition: append}\n") ==
        "LOAD_ERR_YAML_VALIDATE: key 'priority' is not named under 'override'");
    CHECK(error(head + "  condition: x\n  append: true\n  override: {condition: append}\n")
              .find("exclude each other") != std::string::npos);
    CHECK(
        error(head + "  source: x\n  override: {source: replace}\n").find("cannot be overridden") !=
        std::string::npos);
    CHECK(error(head + "  condition: x\n  override: {condition: frob}\n")
              .find("'frob' is no way to override 'condition'") != std::string::npos);
    CHECK(error("- rule: B\n  condition: x\n  override: {condition: replace}\n")
              .find("of a rule 'B' that does not exist") != std::string::npos);
    CHECK(compiled("- macro: m\n  condition: proc.name=a\n  override: {condition: replace}\n" +
                   rule("A", "evt.type=open and m")) == "(evt.type = open and proc.name = a)");
    CHECK(error("- macro: m\n  condition: proc.name=a\n  override: {condition: append}\n")
              .find("there is no macro 'm'") != std::string::npos);
    CHECK(
        compiled("- list: l\n  items: [a]\n- list: l\n  items: [b]\n  override: {items: append}\n" +
                 rule("A", "evt.type=open and proc.name in (l)")) ==
        "(evt.type = open and proc.name in (a, b))");
    const RuleSet misspelt =
        load(base + rule("A", "evt.type=close") + "  override_x: {condition: append}\n");
    CHECK(misspelt.rules[0].condition == "evt.type=close");
    CHECK(count(misspelt, "LOAD_UNKNOWN_KEY") == 1);
}

TEST_CASE("redefinition keeps the place and forgets the rest") {
    const std::string a = rule("A", "evt.type=open") + "  enabled: false\n";
    CHECK(names(load(a + rule("B", "evt.type=close") + rule("A", "evt.type=dup"))) == "A,B");
    CHECK(names(load({a + rule("B", "evt.type=close"), rule("A", "evt.type=dup")})) == "A,B");
    CHECK(error(a + rule("A", "evt.type=dup") + "  source: other\n") ==
          "LOAD_ERR_VALIDATE: a rule cannot change its source");
    CHECK(error(a + "- rule: A\n  append: true\n  source:\n  condition: and evt.num>0\n").empty());
    CHECK(error(a + "- rule: A\n  append: true\n  source: \"\"\n  condition: and evt.num>0\n")
              .empty());
}

TEST_CASE("the lone enabled key") {
    const std::string a = rule("A", "evt.type=open") + "  enabled: false\n";
    const RuleSet set = load(a + "- rule: A\n  enabled: true\n");
    CHECK(names(set) == "A");
    CHECK(count(set, "LOAD_DEPRECATED_ITEM") == 1);
    CHECK(error("- rule: A\n  enabled: true\n") ==
          "LOAD_ERR_VALIDATE: 'enabled' of a rule 'A' that does not exist");
}

TEST_CASE("selections and the least priority") {
    const std::string text = rule("first rule", "evt.type=open") + "  tags: [a]\n" +
                             rule("second rule", "evt.type=open") + "  tags: [a, b]\n" +
                             rule("third", "evt.type=open") + "  enabled: false\n  tags: [c]\n";
    const auto with = [&](std::vector<Selection> selections) {
        LoadOptions options;
        options.selections = std::move(selections);
        return names(load({text}, options));
    };
    CHECK(with({}) == "first rule,second rule");
    CHECK(with({{false, "*rule", ""}}).empty());
    CHECK(with({{false, "*", ""}, {true, "", "b"}}) == "second rule");
    CHECK(with({{false, "", "b"}}) == "first rule");
    CHECK(with({{true, "", "c"}}) == "first rule,second rule,third");
    CHECK(with({{false, "rule", ""}}) == "first rule,second rule");
    CHECK(with({{false, "first rule", ""}}) == "second rule");
    LoadOptions options;
    options.least = Priority::Notice;
    const RuleSet quiet = load({text}, options);
    CHECK(quiet.rules.empty());
    CHECK(quiet.idle.size() == 3);
    CHECK(quiet.program.predicates.empty());
}

TEST_CASE("wildcards") {
    CHECK(wildcard_match("*", ""));
    CHECK(wildcard_match("hello*world", "hello new world"));
    CHECK_FALSE(wildcard_match("hello*world", "hello new world yes"));
    CHECK(wildcard_match("*hello*world", "new hello world"));
    CHECK_FALSE(wildcard_match("*hello*world", "hello world world"));
    CHECK(wildcard_match("*second*r*", "the second rule"));
    CHECK(wildcard_match("a**b", "ab"));
    CHECK_FALSE(wildcard_match("a", "ab"));
    CHECK_FALSE(wildcard_match("", "a"));
}

TEST_CASE("unknown sources are skipped unseen") {
    const RuleSet set =
        load(rule("A", "this is (broken") +
             "  source: aws_cloudtrail\n- rule: A\n  append: true\n  condition: ((\n");
    CHECK(set.ok());
    CHECK(set.rules.empty());
    CHECK(find(set, "LOAD_UNKNOWN_SOURCE")->message ==
          "unknown source 'aws_cloudtrail', the rule is skipped");
}

TEST_CASE("skip-if-unknown-filter") {
    const auto skipping = [](const std::string& condition) {
        return load(rule("A", condition) + "  skip-if-unknown-filter: true\n");
    };
    for (const char* condition :
         {"evt.type=open and proc.nobody=x", "evt.type=some_invalid_event"}) {
        const RuleSet set = skipping(condition);
        CHECK(set.ok());
        CHECK(set.rules.empty());
        CHECK(set.idle.size() == 1);
        CHECK(set.program.predicates.empty());
        CHECK(find(set, "LOAD_UNKNOWN_FILTER") != nullptr);
    }
    CHECK_FALSE(skipping("evt.type=open and (").ok());
    CHECK_FALSE(skipping("evt.type=open and proc.pid=x").ok());
    const RuleSet output = load(
        "- rule: A\n  desc: d\n  condition: evt.type=open\n  output: \"%not_a_real_field\"\n  "
        "priority: INFO\n  skip-if-unknown-filter: true\n");
    CHECK(output.ok());
    CHECK(find(output, "LOAD_UNKNOWN_FILTER")->message == "'%not_a_real_field' is not a field");
    CHECK(skipping("evt.type=open").rules.size() == 1);
}

TEST_CASE("the warning about event types") {
    CHECK(count(load(rule("A", "proc.name=x")), "LOAD_NO_EVTTYPE") == 1);
    CHECK(load(rule("A", "proc.name=x") + "  warn_evttypes: false\n").diagnostics.empty());
    const RuleSet never = load(rule("A", "evt.num=0"));
    CHECK(never.diagnostics.empty());
    CHECK(never.rules.size() == 1);
    CHECK_FALSE(never.program.conditions[0].events.any());
}

TEST_CASE("outputs") {
    const auto with_output = [](const std::string& output) {
        return load("- rule: A\n  desc: d\n  condition: evt.type=open\n  output: " + output +
                    "\n  priority: INFO\n");
    };
    CHECK(error(with_output("an open %not_a_real_field")) ==
          "LOAD_ERR_COMPILE_OUTPUT: '%not_a_real_field' is not a field");
    CHECK(find(with_output("an open %not_a_real_field"), "LOAD_ERR_COMPILE_OUTPUT")
              ->position.column == 19);
    CHECK(with_output("\" trimmed \"").rules[0].output == "trimmed");
    const RuleSet info = with_output("\"x (%container.info)\"");
    CHECK(info.rules[0].output_compiled == "x ()");
    CHECK(count(info, "LOAD_DEPRECATED_ITEM") == 1);
    CHECK(count(with_output("\"%evt.latency.ns\""), "LOAD_DEPRECATED_ITEM") == 2);
    LoadOptions options;
    options.append_output = {{"", "", {}, "extra=%proc.exe", false},
                             {"B", "", {}, "never", false},
                             {"", "", {"x"}, "never", false},
                             {"", "syscall", {}, "", true}};
    const RuleSet set = load({rule("A", "evt.type=open")}, options);
    CHECK(set.rules[0].output_compiled ==
          "o %proc.name extra=%proc.exe container_id=%container.id container_name=%container.name "
          "container_image_repository=%container.image.repository "
          "container_image_tag=%container.image.tag k8s_pod_name=%k8s.pod.name "
          "k8s_ns_name=%k8s.ns.name");
    CHECK(set.rules[0].format.fields.size() == 8);
    CHECK(set.rules[0].output == "o %proc.name");
}

TEST_CASE("extra fields of the configuration") {
    LoadOptions options;
    options.static_fields = {{"static.site", "north"}};
    options.append_output.resize(2);
    options.append_output[0].extra_fields = {
        {"proc.pid", "proc.pid", true}, {"user", "u=%user.name", false}, {"none", "", false}};
    options.append_output[1].match_rule = "B";
    options.append_output[1].extra_fields = {{"user", "%static.site", false}};
    const RuleSet set = load({rule("A", "evt.type=open") + rule("B", "evt.type=close")}, options);
    REQUIRE(set.ok());
    const Rule& a = set.rules[0];
    CHECK(a.output_compiled == "o %proc.name");
    CHECK(a.format.fields.size() == 2);
    CHECK(a.format.key(a.format.fields[1]) == "proc.pid");
    REQUIRE(a.extra_formats.size() == 1);
    CHECK(a.extra_formats[0].text == "u=%user.name");
    REQUIRE(set.rules[1].extra_formats.size() == 1);  // the later entry counts
    CHECK(set.rules[1].extra_formats[0].text == "%static.site");
    for (const ExtraField& wrong : {ExtraField{"x", "%no.such", false}, ExtraField{"x", "x", true},
                                    ExtraField{"proc.name x", "proc.name x", true}}) {
        LoadOptions bad;
        bad.append_output.resize(1);
        bad.append_output[0].extra_fields = {wrong};
        const RuleSet refused = load({rule("A", "evt.type=open")}, bad);
        CHECK(error(refused).starts_with("LOAD_ERR_COMPILE_OUTPUT: extra field '" + wrong.key));
    }
}

TEST_CASE("conditions may name fields of the configuration") {
    LoadOptions options;
    options.static_fields = {{"static.site", "north"}};
    const RuleSet set = load({rule("A", "evt.type=open and static.site in (north, south)") +
                              "  exceptions:\n  - {name: e, fields: static.site, values: [x]}\n"},
                             options);
    CHECK(error(set).empty());
    CHECK(set.rules[0].condition_compiled ==
          "((evt.type = open and static.site in (north, south)) and not static.site in (x))");
    CHECK(error(load(rule("A", "evt.type=open and static.site = north"))) ==
          "LOAD_ERR_COMPILE_CONDITION: unknown field 'static.site'");
}

TEST_CASE("every problem of every file is said, each once") {
    const RuleSet set = load({"- macro: m\n  condition: proc.name = cat and nosuch\n" +
                                  rule("One", "evt.type=open and proc.nobody=a and fd.nane=b") +
                                  rule("Two", "evt.type=open and (proc.name=a") +
                                  rule("Three", "evt.type=open and m"),
                              rule("Four", "evt.type=opn")});
    CHECK(count(set, "LOAD_ERR_VALIDATE") == 1);
    CHECK(count(set, "LOAD_ERR_COMPILE_CONDITION") == 4);
    const auto of_file = [&](const std::string& file) {
        return std::count_if(set.diagnostics.begin(), set.diagnostics.end(),
                             [&](const Diagnostic& d) { return d.position.file == file; });
    };
    CHECK(of_file("f0.yaml") == 4);
    REQUIRE(of_file("f1.yaml") == 1);
    CHECK(to_text(set.diagnostics.back())
              .find("f1.yaml:3:23: error: unknown event type 'opn' [LOAD_ERR_COMPILE_CONDITION]") !=
          std::string::npos);
}

TEST_CASE("files and folders on disk") {
    const auto missing = read_rules_path("/nonexistent/rules.yaml");
    REQUIRE_FALSE(missing);
    CHECK(missing.error().text == "Could not open file /nonexistent/rules.yaml for reading");
}
