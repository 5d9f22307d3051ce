// SPDX-License-Identifier: Apache-2.0
// Lists, macros and exceptions in conditions, and where messages point inside of them.
#include "rules/exception.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/rules/loading.hpp"

using namespace sensor::rules;
using namespace sensor::rules::testing;
using sensor::lang::Diagnostic;

namespace {

std::string list(const std::string& name, const std::string& items) {
    return "- list: " + name + "\n  items: [" + items + "]\n";
}
std::string macro(const std::string& name, const std::string& condition) {
    return "- macro: " + name + "\n  condition: " + condition + "\n";
}

/// The condition behind "evt.type=open and".
std::string body(const std::string& items, const std::string& condition) {
    const std::string whole = compiled(items + rule("A", "evt.type=open and " + condition));
    const std::string head = "(evt.type = open and ";
    return whole.starts_with(head) ? whole.substr(head.size(), whole.size() - head.size() - 1)
                                   : whole;
}

}  // namespace

TEST_CASE("lists are replaced by text between delimiters") {
    CHECK(body(list("l", "a, b"), "proc.name in (l)") == "proc.name in (a, b)");
    CHECK(body(list("l", "a, b"), "proc.name in (x,l , y)") == "proc.name in (x, a, b, y)");
    CHECK(body(list("l", "a"), "proc.name=l") == "proc.name = a");
    CHECK(body(list("l", "a, b"), "proc.name=l").starts_with("LOAD_ERR_COMPILE_CONDITION"));
    CHECK(body(list("my-list", "a"), "proc.name in (x-my-list, my-list)") ==
          "proc.name in (x-my-list, a)");
    CHECK(body(list("l", "a"), "proc.cmdline=\"hello l there\"") ==
          "proc.cmdline = \"hello a there\"");
    CHECK(body(list("l", "a"), "proc.cmdline=\"l\"") == "proc.cmdline = l");
    CHECK(body(list("test list", "a, b"), "proc.name in (test list)") == "proc.name in (a, b)");
    CHECK(find(load(list("test list", "a")), "LOAD_INVALID_LIST_NAME") != nullptr);
    CHECK(body(list("l", "12, two words, '\"q q\"'"), "proc.name in (l)") ==
          "proc.name in (12, \"two words\", \"q q\")");
}

TEST_CASE("empty lists take a comma along") {
    const std::string e = list("e", "");
    CHECK(body(e, "proc.name in (x, e, y)") == "proc.name in (x, y)");
    CHECK(body(e, "proc.name in (e, y)") == "proc.name in (y)");
    CHECK(body(e, "proc.name in (x, e)") == "proc.name in (x)");
    CHECK(body(e, "proc.name in (e)") == "proc.name in ()");
    CHECK(body(e, "proc.name in (e, e, x)") == "proc.name in (x)");
}

TEST_CASE("lists in lists") {
    CHECK(body(list("la", "a") + list("lb", "la, b") + list("lc", "lb"), "proc.name in (lc)") ==
          "proc.name in (a, b)");
    CHECK(body(list("lc", "lb") + list("lb", "la, b") + list("la", "a"), "proc.name in (lc)") ==
          "proc.name in (a, b)");
    CHECK(body(list("ssh", "ssh, sshd"), "proc.name in (ssh)") == "proc.name in (ssh, sshd)");
    CHECK(error(list("la", "lb") + list("lb", "la")).find("in a loop: la -> lb -> la") !=
          std::string::npos);
    CHECK(count(load(list("la", "a") + list("lb", "la")), "LOAD_UNUSED_LIST") == 1);
    CHECK(error(list("a", "b, [c]")).starts_with("LOAD_ERR_YAML_VALIDATE"));
}

TEST_CASE("macros are trees") {
    CHECK(body(macro("m", "proc.name=a or proc.name=b"), "m") ==
          "(proc.name = a or proc.name = b)");
    CHECK(body(macro("m", "proc.name=a") + macro("n", "not m"), "n") == "not proc.name = a");
    CHECK(body("", "notn and evt.num>0") ==
          "LOAD_ERR_VALIDATE: Undefined macro 'notn' used in filter.");
    CHECK(error(rule("A", "not")) == "LOAD_ERR_VALIDATE: Undefined macro 'not' used in filter.");
    CHECK(find(load(macro("opened", "evt.type=open") + rule("A", "opend and opened")),
               "LOAD_ERR_VALIDATE")
              ->hint == "did you mean 'opened'?");
    CHECK(find(load(macro("test-macro", "evt.type=open")), "LOAD_INVALID_MACRO_NAME") != nullptr);
    CHECK(count(load(macro("m", "evt.type=open")), "LOAD_UNUSED_MACRO") == 1);
}

TEST_CASE("what a macro sees") {
    CHECK(error(macro("m", "n") + macro("n", "proc.name=a")) ==
          "LOAD_ERR_VALIDATE: Undefined macro 'n' used in filter.");
    CHECK(error(macro("m", "m")) == "LOAD_ERR_VALIDATE: Undefined macro 'm' used in filter.");
    CHECK(error(macro("a", "proc.name=a") + macro("b", "a") + macro("a", "b"))
              .starts_with("LOAD_ERR_VALIDATE: macros name each other in a loop: a -> b -> a"));
    CHECK(error(macro("m", "proc.name=a") + macro("n", "proc.name=b") + macro("m", "n")).empty());
    CHECK(compiled(rule("A", "evt.type=open and m") + macro("m", "proc.name=a")) ==
          "(evt.type = open and proc.name = a)");
    const RuleSet later = load({rule("A", "evt.type=open and m"), macro("m", "proc.name=a")});
    CHECK(error(later) == "LOAD_ERR_VALIDATE: Undefined macro 'm' used in filter.");
    CHECK(load({macro("m", "proc.name=a"), rule("A", "evt.type=open and m")}).ok());
}

TEST_CASE("macros cannot grow without end") {
    std::string text = macro("m0", "proc.name=a");
    for (int k = 1; k < 64; ++k) {
        const std::string below = "m" + std::to_string(k - 1);
        text += macro("m" + std::to_string(k), below + " or not " + below);
    }
    CHECK(error(text + rule("A", "evt.type=open and m63")).find("has more than 250000 parts") !=
          std::string::npos);
    text = macro("m0", "proc.name=a");
    for (int k = 1; k < 1500; ++k)
        text += macro("m" + std::to_string(k),
                      "fd.num=" + std::to_string(k) + " or m" + std::to_string(k - 1));
    CHECK(error(text + rule("A", "evt.type=open and m1499")).find("nested more than 1000 levels") !=
          std::string::npos);
}

TEST_CASE("exceptions of tuples") {
    const auto with = [](const std::string& exceptions) {
        return compiled(rule("A", "evt.type=open or evt.num=5") + "  exceptions:\n" + exceptions);
    };
    const std::string head = "((evt.type = open or evt.num = 5) and not ";
    CHECK(with("   - name: e\n     fields: [proc.name, fd.name]\n     comps: [=, startswith]\n     "
               "values: [[a, /x], [b, /y]]\n") ==
          head +
              "((proc.name = a and fd.name startswith /x) or (proc.name = b and fd.name startswith "
              "/y)))");
    CHECK(with("   - name: e\n     fields: [proc.name]\n     values: [[curl 10.0.0.1]]\n") ==
          head + "proc.name = \"curl 10.0.0.1\")");
    CHECK(with("   - name: e\n     fields: [proc.name]\n     values: [['a,b=c']]\n")
              .starts_with("LOAD_ERR_COMPILE_CONDITION"));
    CHECK(with("   - name: e\n     fields: [proc.name]\n     values: [['\"a,b\"']]\n") ==
          head + "proc.name = a,b)");
    CHECK(with("   - name: e\n     fields: [proc.name]\n     comps: [in]\n     values: [[[a, "
               "b]]]\n") == head + "proc.name in (a, b))");
    CHECK(with("   - name: e\n     fields: [proc.name]\n     comps: [in]\n     values: [[a]]\n") ==
          head + "proc.name in (a))");
    CHECK(with("   - name: e\n     fields: [proc.name]\n     comps: [in]\n     values: [[\"(a, "
               "b)\"]]\n") == head + "proc.name in (a, b))");
    CHECK(with("   - name: e\n     fields: [proc.name]\n     comps: [\"  startswith   oneof \"]\n  "
               "   values: [[a]]\n") == head + "proc.name startswith oneof (a))");
    CHECK(with("   - name: e\n     fields: [proc.name]\n     values: [[[a, b]]]\n")
              .starts_with("LOAD_ERR_COMPILE_CONDITION"));
    CHECK(with("   - name: e\n     fields: [proc.name]\n") == "(evt.type = open or evt.num = 5)");
    CHECK(
        with("   - name: e\n     fields: [proc.name]\n     values: [[\"toupper(proc.exe)\"]]\n") ==
        head + "proc.name = toupper(proc.exe))");
}

TEST_CASE("exceptions of one field") {
    const auto with = [](const std::string& rest) {
        return compiled(rule("A", "evt.type=open") +
                        "  exceptions:\n   - name: e\n     fields: proc.name\n" + rest);
    };
    CHECK(with("     values: [a, b]\n") == "(evt.type = open and not proc.name in (a, b))");
    CHECK(with("     comps: pmatch\n     values: [/a]\n") ==
          "(evt.type = open and not proc.name pmatch (/a))");
    CHECK(with("     comps: =\n     values: [a]\n")
              .starts_with("LOAD_ERR_VALIDATE: '=' compares with one value"));
    CHECK(with("     values: [[a]]\n").starts_with("LOAD_ERR_VALIDATE"));
    CHECK(with("     comps: endswith anyof\n     values: [a]\n") ==
          "(evt.type = open and not proc.name endswith anyof (a))");
}

TEST_CASE("exceptions that are wrong") {
    const auto with = [](const std::string& exception) {
        return error(rule("A", "evt.type=open") + "  exceptions:\n   - " + exception);
    };
    CHECK(with("fields: [proc.name]\n") == "LOAD_ERR_YAML_VALIDATE: missing key 'name'");
    CHECK(with("name: ex1\n") == "LOAD_ERR_YAML_VALIDATE: missing key 'fields'");
    CHECK(with("{name: e, fields: [not.exist]}\n") ==
          "LOAD_ERR_VALIDATE: 'not.exist' is not a field");
    CHECK(with("{name: e, fields: [proc.name], comps: [=, =]}\n") ==
          "LOAD_ERR_VALIDATE: 2 operators for 1 field");
    CHECK(with("{name: e, fields: [proc.name], comps: [no-comp]}\n") ==
          "LOAD_ERR_VALIDATE: 'no-comp' is not an operator");
    CHECK(with("{name: e, fields: [proc.name], values: [[a, b]]}\n") ==
          "LOAD_ERR_VALIDATE: 2 values for 1 field");
    for (const char* comp : {"in oneof", "\">= anyof\"", "oneof", "frob anyof"}) {
        CHECK(with("{name: e, fields: [proc.name], comps: [" + std::string(comp) + "]}\n")
                  .find("is not an operator") != std::string::npos);
    }
    CHECK(with("word\n").starts_with("LOAD_ERR_YAML_VALIDATE"));
    const RuleSet twice = load(rule("A", "evt.type=open") +
                               "  exceptions:\n   - {name: e, fields: [proc.name], values: "
                               "[[a]]}\n   - {name: e, fields: [fd.name], values: [[b]]}\n");
    CHECK(count(twice, "LOAD_EXCEPTION_NAME_NOT_UNIQUE") == 1);
    CHECK(twice.rules[0].exception_names.size() == 2);
}

TEST_CASE("appended exceptions") {
    const std::string base = rule("A", "evt.type=open") +
                             "  exceptions:\n   - {name: e, fields: [proc.name], values: [[a]]}\n";
    const std::string head = base + "- rule: A\n  exceptions:\n   - ";
    const std::string tail = "  override: {exceptions: append}\n";
    CHECK(compiled(head + "{name: e, values: [[b]]}\n" + tail) ==
          "(evt.type = open and not (proc.name = a or proc.name = b))");
    CHECK(compiled(head + "{name: f, fields: fd.name, values: [x]}\n" + tail) ==
          "(evt.type = open and not proc.name = a and not fd.name in (x))");
    CHECK(error(head + "{name: f, values: [[x]]}\n" + tail) ==
          "LOAD_ERR_VALIDATE: the exception 'f' is new and has no fields");
    CHECK(error(head + "{name: e, fields: [proc.name], values: [[b]]}\n" + tail)
              .starts_with("LOAD_ERR_VALIDATE"));
    CHECK(error(head + "{name: e, values: [[b, c]]}\n" + tail) ==
          "LOAD_ERR_VALIDATE: 2 values for 1 field");
    CHECK(count(load(head + "{name: e, vals: [[b]]}\n" + tail), "LOAD_APPEND_NO_VALUES") == 1);
    CHECK(compiled(
              head +
              "{name: g, fields: [fd.name], values: [[x]]}\n  override: {exceptions: replace}\n") ==
          "(evt.type = open and not fd.name = x)");
    CHECK(error(head + "{name: e, values: [[b]]}\n  override: {exceptions: replace}\n") ==
          "LOAD_ERR_YAML_VALIDATE: missing key 'fields'");
}

TEST_CASE("messages point into every style of YAML text") {
    const auto place = [](const std::string& condition) {
        const RuleSet set = load("- rule: A\n  desc: d\n  condition: " + condition +
                                 "\n  output: o\n  priority: INFO\n");
        const Diagnostic* d = find(set, "LOAD_ERR_COMPILE_CONDITION");
        REQUIRE(d != nullptr);
        return std::to_string(d->position.line) + ":" + std::to_string(d->position.column);
    };
    CHECK(place("evt.type=open and fd.nane=x") == "3:32");
    CHECK(place("\"evt.type=open and fd.nane=x\"") == "3:33");
    CHECK(place("'evt.type=open and proc.name=''a'' and fd.nane=x'") == "3:53");
    CHECK(place("\"evt.type=open and proc.name=\\\"a\\\" and fd.nane=x\"") == "3:53");
    CHECK(place("\"evt.type=open and \\\n     fd.nane=x\"") == "4:6");
    CHECK(place("evt.type=open\n    and proc.name=a\n    and fd.nane=x") == "5:9");
    CHECK(place(">\n    evt.type=open\n    and fd.nane=x") == "5:9");
    CHECK(place(">-\n    evt.type=open and\n    (proc.name=a or\n       fd.nane=x)") == "6:8");
    CHECK(place("|\n    evt.type=open\n    and fd.nane=x\n") == "5:9");
    CHECK(place("&anchor evt.type=open and fd.nane=x") == "3:40");
    CHECK(place(">\n    evt.type=open\n    and (proc.name=a\n") == "5:9");
    CHECK(place(">\n    evt.type=open\n    and proc.name =\n") == "5:20");
}

TEST_CASE("messages point through appends, lists, exceptions and macros") {
    const RuleSet appended = load(
        {rule("A", "evt.type=open"), "- rule: A\n  append: true\n  condition: and fd.nane=x\n"});
    const Diagnostic* d = find(appended, "LOAD_ERR_COMPILE_CONDITION");
    REQUIRE(d != nullptr);
    CHECK(d->position.file == "f1.yaml");
    CHECK(d->position.line == 3);
    CHECK(d->position.column == 18);
    CHECK(d->snippet == "  condition: and fd.nane=x\n                 ^\n");

    const RuleSet listed =
        load(list("ports", "80, nosuchport") + rule("A", "evt.type=open and fd.sport in (ports)"));
    d = find(listed, "LOAD_ERR_COMPILE_CONDITION");
    REQUIRE(d != nullptr);
    CHECK(d->position.line == 5);
    CHECK(d->position.column == 45);

    const RuleSet excepted =
        load(rule("A", "evt.type=open") +
             "  exceptions:\n   - name: e\n     fields: fd.sport\n     values: [80, nosuchport]\n");
    d = find(excepted, "LOAD_ERR_COMPILE_CONDITION");
    REQUIRE(d != nullptr);
    CHECK(d->position.line == 9);
    CHECK(d->position.column == 19);

    const RuleSet used = load(macro("m", "fd.nane=x") + rule("A", "evt.type=open and m") +
                              rule("B", "evt.type=close and m"));
    CHECK(count(used, "LOAD_ERR_COMPILE_CONDITION") == 1);
    d = find(used, "LOAD_ERR_COMPILE_CONDITION");
    CHECK(d->position.line == 2);
    CHECK(d->position.column == 14);
    CHECK(to_text(*d) ==
          "f0.yaml:2:14: error: unknown field 'fd.nane' "
          "[LOAD_ERR_COMPILE_CONDITION]\n"
          "    condition: fd.nane=x\n               ^\n  in rule 'A'\n  hint: " +
              d->hint + "\n");
}

TEST_CASE("comps") {
    CHECK(canonical_comp(" in ") == "in");
    CHECK(canonical_comp("startswith\tanyof") == "startswith anyof");
    CHECK(canonical_comp("").empty());
    CHECK(canonical_comp("= = =").empty());
    CHECK(takes_list("intersects"));
    CHECK_FALSE(takes_list("="));
}
