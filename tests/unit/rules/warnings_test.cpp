// SPDX-License-Identifier: Apache-2.0
// Every warning of a rules file, by its code: where it is said, what it says, and that it is not
// said of what is right.
#include "loading.hpp"
#include "rules/codes.hpp"
#include "tests/support/catch.hpp"

namespace {

using namespace sensor;
using namespace sensor::rules;
using namespace sensor::rules::testing;

/// "line:column" of every diagnostic of that code, in order.
std::vector<std::string> places(const RuleSet& set, std::string_view code) {
    std::vector<std::string> found;
    for (const lang::Diagnostic& d : set.diagnostics) {
        if (d.code == code)
            found.push_back(std::to_string(d.position.line) + ":" +
                            std::to_string(d.position.column));
    }
    return found;
}

std::vector<std::string> deprecated_fields(const RuleSet& set) {
    std::vector<std::string> found;
    for (const lang::Diagnostic& d : set.diagnostics) {
        if (d.code == code::kDeprecated) found.push_back(d.deprecated_field);
    }
    return found;
}

std::string with_output(const std::string& output) {
    return "- rule: A\n  desc: d\n  condition: evt.type=open\n  output: " + output +
           "\n  priority: INFO\n";
}

using Places = std::vector<std::string>;

}  // namespace

TEST_CASE("LOAD_UNKNOWN_SOURCE: the rule is kept and not looked into") {
    const RuleSet set = load(rule("A", "no.such.field = (") + "  source: k8s_audit\n");
    CHECK(set.ok());
    CHECK(set.rules.empty());
    CHECK(set.idle.size() == 1);
    CHECK(places(set, code::kUnknownSource) == Places{"6:11"});
    CHECK(find(set, code::kUnknownSource)->message.find("k8s_audit") != std::string::npos);
}

TEST_CASE("LOAD_UNSAFE_NA_CHECK: audit fields compared with <NA>") {
    const auto of = [](const std::string& condition) {
        return places(load(rule("A", condition)), code::kUnsafeCheck);
    };
    for (const char* condition :
         {"ka.verb = <NA>", "ka.verb == <NA>", "ka.verb != <NA>", "ka.verb in (a, <NA>)",
          "ka.verb intersects (<NA>)", "ka.verb pmatch (<NA>)", "jevt.value[/x] = <NA>"}) {
        INFO(condition);
        CHECK(of(condition) == Places{"3:14"});
    }
    CHECK(of("evt.type = open and not ka.verb = <NA>") == Places{"3:38"});
    for (const char* condition :
         {"ka.verb = get", "ka.verb startswith <NA>", "ka.verb exists", "proc.name = <NA>"}) {
        INFO(condition);
        CHECK(of(condition).empty());
    }
    // Also in a macro, and where the rule is dropped for the field that is not there.
    const RuleSet set = load("- macro: m\n  condition: ka.verb = <NA>\n" + rule("A", "m") +
                             "  skip-if-unknown-filter: true\n");
    CHECK(set.ok());
    CHECK(places(set, code::kUnsafeCheck) == Places{"2:14"});
    CHECK(count(set, code::kUnknownFilter) == 1);
}

TEST_CASE("LOAD_NO_EVTTYPE: more than a hundred event types") {
    CHECK(places(load(rule("A", "proc.name = cat")), code::kNoEventType) == Places{"3:14"});
    CHECK(
        places(load(rule("A", "proc.name = cat") + "  warn_evttypes: false\n"), code::kNoEventType)
            .empty());
    CHECK(places(load(rule("A", "evt.type = open")), code::kNoEventType).empty());
}

TEST_CASE("LOAD_UNKNOWN_FILTER: a rule that may be dropped is") {
    for (const std::string& text :
         {rule("A", "proc.nme = cat"), rule("A", "evt.type = opn"), with_output("x %proc.nme")}) {
        INFO(text);
        const RuleSet set = load(text + "  skip-if-unknown-filter: true\n");
        CHECK(set.ok());
        CHECK(set.rules.empty());
        CHECK(count(set, code::kUnknownFilter) == 1);
        CHECK_FALSE(load(text).ok());
    }
}

TEST_CASE("LOAD_UNUSED_MACRO and LOAD_UNUSED_LIST") {
    const RuleSet set = load(
        "- list: used\n  items: [a]\n- list: unused\n  items: [b]\n"
        "- macro: in_use\n  condition: proc.name in (used)\n"
        "- macro: idle\n  condition: proc.name = b\n" +
        rule("A", "evt.type=open and in_use"));
    CHECK(places(set, code::kUnusedMacro) == Places{"7:3"});
    CHECK(places(set, code::kUnusedList) == Places{"3:3"});
}

TEST_CASE("LOAD_UNKNOWN_ITEM and LOAD_UNKNOWN_KEY") {
    const RuleSet set = load("- unknown: x\n  a: b\n" + rule("A", "evt.type=open") +
                             "  frob: 1\n- list: l\n  items: []\n  frob: 1\n"
                             "- macro: m\n  condition: evt.type=open\n  frob: 1\n");
    CHECK(set.ok());
    CHECK(places(set, code::kUnknownItem) == Places{"1:3"});
    CHECK(places(set, code::kUnknownKey) == Places{"8:3", "11:3", "14:3"});
    CHECK(find(set, code::kUnknownKey)->message.find("'frob'") != std::string::npos);
}

TEST_CASE("LOAD_DEPRECATED_ITEM: append and the lone enabled") {
    const RuleSet set = load(
        "- list: l\n  items: [a]\n- list: l\n  items: [b]\n  append: true\n"
        "- macro: m\n  condition: proc.name in (l)\n"
        "- macro: m\n  condition: or proc.name = x\n  append: true\n" +
        rule("A", "evt.type=open and m") +
        "- rule: A\n  condition: and fd.name=x\n  append: true\n"
        "- rule: A\n  enabled: true\n");
    CHECK(set.ok());
    CHECK(places(set, code::kDeprecated) == Places{"5:11", "10:11", "18:11", "20:12"});
}

TEST_CASE("LOAD_DEPRECATED_ITEM: one for each deprecated field") {
    CHECK(deprecated_fields(load(rule("A", "evt.type=open and evt.dir=<"))) == Places{"evt.dir"});
    CHECK(deprecated_fields(
              load(rule("A", "evt.type=open and evt.dir=< and evt.dir!=> and evt.latency.s>1"))) ==
          Places{"evt.dir", "evt.latency.s"});
    // In outputs by their text: a field that another begins with counts too.
    CHECK(deprecated_fields(load(with_output("\"%evt.latency.ns %evt.dir\""))) ==
          Places{"evt.latency", "evt.latency.ns", "evt.dir"});
    CHECK(deprecated_fields(load(with_output("x (%container.info)"))) == Places{"container.info"});
    CHECK(deprecated_fields(load(with_output("x %proc.name"))).empty());
}

TEST_CASE("LOAD_DEPRECATED_ITEM: what the configuration appends is looked at too") {
    LoadOptions options;
    options.append_output = {{"", "", {}, "dir=%evt.dir %container.info|", false}};
    const RuleSet set = load({with_output("x")}, options);
    CHECK(deprecated_fields(set) == Places{"evt.dir", "container.info"});
    CHECK(set.rules[0].output_compiled == "x dir=%evt.dir |");
}

TEST_CASE("LOAD_APPEND_NO_VALUES and LOAD_EXCEPTION_NAME_NOT_UNIQUE") {
    const RuleSet set = load(rule("A", "evt.type=open") +
                             "  exceptions:\n  - {name: e, fields: proc.name, values: [a]}\n"
                             "  - {name: e, fields: proc.name, values: [b]}\n"
                             "- rule: A\n  exceptions: [{name: e}]\n"
                             "  override: {exceptions: append}\n");
    CHECK(set.ok());
    CHECK(places(set, code::kExceptionName) == Places{"8:12"});
    CHECK(places(set, code::kAppendNoValues) == Places{"10:16"});
}

TEST_CASE("LOAD_INVALID_MACRO_NAME and LOAD_INVALID_LIST_NAME") {
    const RuleSet set = load(
        "- macro: a-b\n  condition: proc.name = x\n"
        "- macro: 1a\n  condition: proc.name = x\n"
        "- macro: fine_1\n  condition: proc.name = x\n"
        "- list: two words\n  items: [x]\n- list: 'q\"'\n  items: [x]\n"
        "- list: fine-1\n  items: [x]\n" +
        rule("A", "evt.type=open and proc.name in (two words)"));
    CHECK(places(set, code::kMacroName) == Places{"1:10", "3:10"});
    CHECK(places(set, code::kListName) == Places{"7:9", "9:10"});
    CHECK(set.rules[0].condition_compiled == "(evt.type = open and proc.name in (x))");
}

TEST_CASE("LOAD_COMPILE_CONDITION: hints at what is probably meant otherwise") {
    const auto hints = [](const std::string& condition) {
        return places(load(rule("A", "evt.type=open and " + condition)), code::kConditionHint);
    };
    CHECK(hints("proc.name = proc.pname") == Places{"3:44"});
    CHECK(hints("proc.name = toupper(proc.pname)").empty());  // a transformer is one there
    CHECK(hints("proc.name in (a, proc.pname)") == Places{"3:49"});
    CHECK(hints("proc.name regex 'abc.*'").size() == 1);
    CHECK(hints("proc.name regex 'a[bc]+'").empty());
    CHECK(hints("proc.name = val(proc.pname)").empty());
}

TEST_CASE("every code has a label and a description of its own") {
    for (const std::string_view known :
         {code::kFileRead,         code::kYamlParse,      code::kYamlValidate,
          code::kCompileCondition, code::kCompileOutput,  code::kValidate,
          code::kExtension,        code::kUnknownSource,  code::kUnsafeCheck,
          code::kNoEventType,      code::kUnknownFilter,  code::kUnusedMacro,
          code::kUnusedList,       code::kUnknownItem,    code::kDeprecated,
          code::kExtensionWarning, code::kAppendNoValues, code::kExceptionName,
          code::kMacroName,        code::kListName,       code::kConditionHint,
          code::kUnknownKey}) {
        INFO(known);
        const code::Text text = code::text_of(known);
        CHECK(text.code == known);
        CHECK_FALSE(text.label.empty());
        CHECK(text.label != known);
        CHECK(text.description.ends_with('.'));
    }
    CHECK(code::text_of("LOAD_ERR_YAML_VALIDATE").label ==
          "Error validating internal structure of YAML file");
    CHECK(code::text_of("LOAD_ERR_VALIDATE").label ==
          "Error validating rule/macro/list/exception objects");
    CHECK(code::text_of("other").label == "other");
}
