// SPDX-License-Identifier: Apache-2.0
#include "rules/schema_check.hpp"

#include "loading.hpp"
#include "tests/support/catch.hpp"

namespace {

using namespace sensor;
using namespace sensor::rules;
using namespace sensor::rules::testing;
using Lines = std::vector<std::string>;

constexpr const char* kType = "Value type not permitted by 'type' constraint.";

SchemaCheck check(const std::string& text) { return load(text).schema.at(0); }

/// Warnings of a whole rule with further keys.
Lines of_rule(const std::string& more) { return check(rule("A", "evt.type=open") + more).warnings; }

/// What is said of a rule's key, from the inside out.
Lines chain(const std::string& key, const std::string& what) {
    return {"failed for <root>[0][" + key + "]: " + what,
            "failed for <root>[0]: Failed to validate against schema associated with property "
            "name '" +
                key + "'.",
            "failed for <root>: Failed to validate item #0 in array."};
}

}  // namespace

TEST_CASE("a good file has a valid shape") {
    const SchemaCheck good = check(
        "- required_engine_version: 0.57.0\n- required_plugin_versions:\n"
        "  - {name: container, version: 0.2.0, alternatives: [{name: x, version: 1.0.0}]}\n"
        "- list: l\n  items: [a, 1, 'b c']\n- macro: m\n  condition: proc.name in (l)\n" +
        rule("A", "evt.type=open and m") +
        "  enabled: yes\n  tags: [a, 1]\n  source: syscall\n  warn_evttypes: false\n"
        "  skip-if-unknown-filter: on\n  capture: no\n  capture_duration: 100\n"
        "  exceptions:\n  - {name: e, fields: [proc.name], comps: [=], values: [[a]]}\n"
        "- rule: A\n  override: {condition: append, tags: replace}\n  condition: and m\n"
        "  tags: []\n");
    CHECK(good.warnings.empty());
    CHECK(good.status == SchemaCheck::Status::Ok);
    CHECK(to_text(good) == "ok");
    CHECK(check("").status == SchemaCheck::Status::Ok);
}

TEST_CASE("what is no YAML has no shape") {
    CHECK(check("- [a\n- b").status == SchemaCheck::Status::None);
    CHECK(to_text(check("- [a\n- b")) == "none");
    const RuleSet old = load_rules({{"a.conf", "evt.type=open\n"}}, {});  // of 2016
    CHECK(old.schema.at(0).status == SchemaCheck::Status::None);
}

TEST_CASE("priorities are words in upper case") {
    const std::string head = "- rule: A\n  desc: d\n  condition: evt.type=open\n  output: o\n";
    for (const char* word : {"EMERGENCY", "ALERT", "CRITICAL", "ERROR", "WARNING", "NOTICE", "INFO",
                             "INFORMATIONAL", "DEBUG"})
        CHECK(check(head + "  priority: " + word).warnings.empty());
    const SchemaCheck lower = check(head + "  priority: info");
    CHECK(lower.warnings == chain("priority", "Failed to match against any enum values."));
    CHECK(lower.status == SchemaCheck::Status::Failed);
    CHECK(to_text(lower) ==
          "failed for <root>[0][priority]: Failed to match against any enum values.");
    CHECK(load(head + "  priority: info").ok());
}

TEST_CASE("keys that no item has") {
    CHECK(of_rule("  frob: 1\n") ==
          Lines{"failed for <root>[0]: Object contains a property that could not be validated "
                "using 'properties' or 'additionalProperties' constraints: 'frob'.",
                "failed for <root>: Failed to validate item #0 in array."});
    CHECK(of_rule("  items: [a]\n").empty());  // a key of another kind passes
}

TEST_CASE("values of the wrong type") {
    CHECK(of_rule("  tags: a\n") == chain("tags", kType));
    CHECK(of_rule("  source: [a]\n") == chain("source", kType));
    CHECK(of_rule("  enabled: 'yes'\n") == chain("enabled", kType));  // quoted: a text
    CHECK(of_rule("  enabled: maybe\n") == chain("enabled", kType));
    CHECK(of_rule("  capture_duration: -1\n") == chain("capture_duration", kType));
    CHECK(of_rule("  override: x\n") == chain("override", kType));
    CHECK(check("a: b\n").warnings == Lines{std::string("failed for <root>: ") + kType});
    CHECK(check("- a\n").warnings ==
          Lines{std::string("failed for <root>[0]: ") + kType,
                "failed for <root>: Failed to validate item #0 in array."});
    CHECK(check("- list: l\n  items: [[a]]\n").warnings.size() == 4);
}

TEST_CASE("inside exceptions, overrides and plugin requirements") {
    const Lines unnamed = of_rule("  exceptions:\n  - {name: e, fields: x}\n  - {fields: x}\n");
    CHECK(unnamed ==
          Lines{"failed for <root>[0][exceptions][1]: Missing required property 'name'.",
                "failed for <root>[0][exceptions]: Failed to validate item #1 in array.",
                "failed for <root>[0]: Failed to validate against schema associated with property "
                "name 'exceptions'.",
                "failed for <root>: Failed to validate item #0 in array."});
    CHECK(of_rule("  override: {condition: add}\n").front() ==
          "failed for <root>[0][override][condition]: Failed to match against any enum values.");
    CHECK(check("- required_plugin_versions: [{name: x}]\n").warnings.front() ==
          "failed for <root>[0][required_plugin_versions][0]: Missing required property "
          "'version'.");
}

TEST_CASE("every item and every document is looked at") {
    const std::string bad = "- rule: A\n  frob: 1\n";
    CHECK(check(bad + bad).warnings.size() == 4);
    CHECK(check(bad + bad).warnings.back() ==
          "failed for <root>: Failed to validate item #1 in array.");
    CHECK(check("---\n" + bad + "---\n" + bad).warnings.size() == 4);
}
