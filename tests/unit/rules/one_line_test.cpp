// SPDX-License-Identifier: Apache-2.0
// Rules files of 2016: lines, priorities, macros, mistakes and their places, what names mean.
#include "rules/one_line.hpp"

#include "rules/ruleset.hpp"
#include "tests/support/catch.hpp"

using namespace sensor::rules;

namespace {

RuleSet load(std::string text, std::string name = "old.conf") {
    return load_rules({{std::move(name), std::move(text)}}, {});
}

std::string compiled(const std::string& line) {
    const RuleSet set = load(line + "\n");
    return set.rules.empty() ? "nothing" : set.rules[0].condition_compiled;
}

/// "LINE:COLUMN CODE message (hint)" of the only problem.
std::string problem(const std::string& text) {
    const RuleSet set = load(text);
    std::string all;
    for (const auto& d : set.diagnostics) {
        if (d.severity != sensor::lang::Severity::Error) continue;
        all += (all.empty() ? "" : "; ") + std::to_string(d.position.line) + ":" +
               std::to_string(d.position.column) + " " + d.code + " " + d.message +
               (d.hint.empty() ? "" : " (" + d.hint + ")");
    }
    return all;
}

}  // namespace

TEST_CASE("a file of 2016: macros, rules, comments, defaults") {
    const RuleSet set = load(
        "\xef\xbb\xbf# a comment\r\n\r\n"
        "shells: proc.name in (bash, sh)\r\n"
        "  shells and evt.type=execve | WARNING Shell (user=%user.name a|b)\r\n"
        "shells and fd.name contains \"a | b\"\n");
    CHECK(set.ok());
    REQUIRE(set.rules.size() == 2);
    CHECK(set.rules[0].name == "line 4");
    CHECK(set.rules[0].line == 4);
    CHECK(set.rules[0].priority == Priority::Warning);
    CHECK(set.rules[0].output == "Shell (user=%user.name a|b)");
    CHECK(set.rules[0].source == "syscall");
    CHECK(set.rules[1].name == "line 5");
    CHECK(set.rules[1].priority == Priority::Notice);
    CHECK(set.rules[1].output.starts_with("%evt.type by %proc.name"));
    CHECK(set.rules[1].description == "shells and fd.name contains \"a | b\"");
}

TEST_CASE("the format is told by its name, then by its first line") {
    CHECK(is_one_line_format({"x.conf", "- rule: a"}));
    CHECK_FALSE(is_one_line_format({"x.yaml", "a: b"}));
    CHECK_FALSE(is_one_line_format({"x.yml", "a = b | INFO c"}));
    CHECK(is_one_line_format({"x", "\n# c\nproc.name = a | INFO c"}));
    CHECK(is_one_line_format({"x.rules", "m: proc.name = a"}));
    CHECK_FALSE(is_one_line_format({"x", "# c\n- rule: a"}));
    CHECK_FALSE(is_one_line_format({"x", "---\n- rule: a"}));
    CHECK_FALSE(is_one_line_format({"x", "\n \n# only comments"}));
}

TEST_CASE("a priority is the beginning of a level, in order of the levels") {
    const auto level = [](const std::string& word) {
        const RuleSet set = load("proc.name = a | " + word + " text\n");
        return set.rules.empty() ? std::string("none")
                                 : std::string(to_text(set.rules[0].priority));
    };
    CHECK(level("e") == "Emergency");
    CHECK(level("er") == "Error");
    CHECK(level("WARN") == "Warning");
    CHECK(level("info") == "Informational");
    CHECK(level("crit") == "Critical");
    CHECK(level("Debug") == "Debug");
    CHECK(level("warnings") == "none");
}

TEST_CASE("a macro counts for the lines below it, and again when it is defined again") {
    const RuleSet set = load(
        "m: proc.name = a\nm and evt.type = close\nm: proc.name = b\nn: m or proc.name = c\n"
        "not m and n and fd.name = m\n");
    CHECK(set.ok());
    REQUIRE(set.rules.size() == 2);
    CHECK(set.rules[0].condition_compiled == "(proc.name = a and evt.type = close)");
    CHECK(set.rules[1].condition_compiled ==
          "(not proc.name = b and (proc.name = b or proc.name = c) and fd.nameorpath = m)");
}

TEST_CASE("what is wrong has its line and column, and every line is read") {
    CHECK(problem("proc.name = a and | INFO x\n").starts_with("1:"));
    CHECK(problem("\nmm and proc.name = a | INFO x\nm: proc.name = b\n") ==
          "2:1 LOAD_ERR_VALIDATE undefined macro 'mm' (a macro is defined on a "
          "line above its use)");
    CHECK(problem("spawned: proc.name = b\nspawnd | INFO x\n") ==
          "2:1 LOAD_ERR_VALIDATE undefined macro 'spawnd' (did you mean 'spawned'?)");
    CHECK(problem("proc.name = a | LOUD x\n")
              .starts_with("1:17 LOAD_ERR_VALIDATE unknown priority 'LOUD' (one of emergency"));
    CHECK(problem("proc.name = a |\n").starts_with("1:"));
    CHECK(problem("proc.name = a | INFO\n").ends_with("there is no output behind the priority"));
    CHECK(problem("| INFO x\n") == "1:1 LOAD_ERR_VALIDATE there is no condition before the bar");
    CHECK(problem("m:\n").ends_with("the macro has no condition"));
    CHECK(problem("proc.name = a | INFO %no.field\n").find("LOAD_ERR_COMPILE_OUTPUT") !=
          std::string::npos);
    const std::string two = problem("proc.nme = a | INFO x\nproc.name = (\n");
    CHECK(two.find("1:1 ") != std::string::npos);
    CHECK(two.find("2:") != std::string::npos);
}

TEST_CASE("a check of the direction holds, also of the other one") {
    CHECK(compiled("evt.dir = > and proc.name = a") == "(evt.num >= 0 and proc.name = a)");
    CHECK(compiled("proc.name = a and evt.dir=<") == "(proc.name = a and evt.num >= 0)");
}

TEST_CASE("the name of a call stands for all that do its work") {
    CHECK(compiled("evt.type = open") == "evt.type in (open, openat, openat2)");
    CHECK(compiled("syscall.type=rename") == "syscall.type in (rename, renameat, renameat2)");
    CHECK(compiled("evt.type != mkdir") == "not evt.type in (mkdir, mkdirat)");
    CHECK(compiled("evt.type in (mkdir, close)") == "evt.type in (mkdir, close, mkdirat)");
    CHECK(compiled("evt.type = creat") ==
          "(evt.type in (creat) or (evt.type in (open, openat, openat2) and evt.arg.flags "
          "contains O_CREAT))");
    CHECK(compiled("evt.type = close") == "evt.type = close");
}

TEST_CASE("fd.name is the path of calls that open nothing, in outputs too") {
    CHECK(compiled("fd.name contains .txt") == "fd.nameorpath contains .txt");
    const RuleSet set = load("fd.name = /a | INFO f=%fd.name, %fd.named %fd.name_changed.\n");
    REQUIRE(set.ok());
    REQUIRE(set.rules.size() == 1);
    REQUIRE(set.rules[0].format.fields.size() == 2);
    CHECK(set.rules[0].format.key(set.rules[0].format.fields[0]) == "fd.name");
    CHECK(set.rules[0].format.key(set.rules[0].format.fields[1]) == "fd.name_changed");
}

TEST_CASE("files of both formats are one rule set") {
    const RuleSet set = load_rules(
        {{"a.yaml",
          "- macro: m\n  condition: proc.name = a\n- rule: line 1\n  desc: d\n  condition: m and "
          "evt.type = close\n  output: o\n  priority: INFO\n"},
         {"b.conf", "m and evt.type = open | ERR x\n"}},
        {});
    CHECK(set.ok());
    REQUIRE(set.rules.size() == 2);
    CHECK(set.rules[0].name == "line 1");
    CHECK(set.rules[1].name == "line 1 of b.conf");
    CHECK(set.rules[1].condition_compiled ==
          "(proc.name = a and evt.type in (open, openat, openat2))");
}
