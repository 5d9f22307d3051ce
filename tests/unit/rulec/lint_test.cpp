// SPDX-License-Identifier: Apache-2.0
// Each lint fires where it should, at the place it should, and nowhere else.
#include "rulec/lint.hpp"

#include <fstream>
#include <sstream>

#include "tests/support/catch.hpp"

namespace sensor::rulec {
namespace {

using rules::RuleSet;
using rules::SourceFile;

std::string rule(const std::string& name, const std::string& condition) {
    return "- rule: " + name + "\n  desc: d\n  condition: " + condition +
           "\n  output: o\n  priority: INFO\n";
}

RuleSet linted(const std::string& text, const LintChoice& choice = {}) {
    const std::vector<SourceFile> files{{"r.yaml", text}};
    rules::LoadOptions how;
    how.trees = true;
    RuleSet set = rules::load_rules(files, how);
    lint(files, choice, set);
    return set;
}

/// "CODE LINE:COLUMN" of everything said, one a line.
std::string said(const RuleSet& set) {
    std::string all;
    for (const lang::Diagnostic& d : set.diagnostics) {
        all += (all.empty() ? "" : "\n") + d.code + " " + std::to_string(d.position.line) + ":" +
               std::to_string(d.position.column);
    }
    return all;
}
std::string said(const std::string& text) { return said(linted(text)); }
/// The same of one rule with this condition, whose text begins in column 14 of line 3.
std::string said_of(const std::string& condition) { return said(rule("r", condition)); }

constexpr const char* kOpen = "evt.type = open and ";

}  // namespace

TEST_CASE("never-true: checks of one field that contradict each other") {
    CHECK(said_of("evt.type = open and proc.name = a and proc.name = b") == "never-true 3:52");
    CHECK(said_of("evt.type = open and fd.num < 0 and fd.num > 5") == "never-true 3:49");
    CHECK(said_of("evt.type = open and proc.name in (a, b) and proc.name in (c)") ==
          "never-true 3:58");
    CHECK(said_of("evt.type = open and fd.name startswith /etc and fd.name = /var/x") ==
          "never-true 3:62");
    CHECK(said_of("evt.type = open and proc.exepath = /a and not proc.exepath startswith /") ==
          "never-true 3:56");
    CHECK(said_of("evt.type = open and proc.exepath in (/a, /b) and proc.exepath != /a and "
                  "not proc.exepath endswith b") == "never-true 3:34");
    CHECK(said_of("evt.type = open and fd.num = 3 and (fd.num = 4 or fd.num > 8)") ==
          "never-true 3:50");
}

TEST_CASE("never-true: event types that do not meet, arguments that no event has") {
    CHECK(said_of("evt.type = open and evt.type in (close, read)") == "never-true 3:34");
    CHECK(said_of("evt.type = chdir and evt.arg.mode = 5") == "never-true 3:35");
    CHECK(said_of("evt.type = open and proc.name = sh and evt.type = close") == "never-true 3:53");
}

TEST_CASE("never-true: a part of a condition") {
    CHECK(said_of("evt.type = open and (user.uid = 0 or (proc.pid = 1 and proc.pid = 2))") ==
          "never-true 3:69");
}

TEST_CASE("never-true is silent where something can hold") {
    CHECK(said_of("evt.type = open and proc.aname = a and proc.aname = b").empty());
    CHECK(said_of("evt.type = open and fd.ip = 10.0.0.1 and fd.ip = 10.0.0.2").empty());
    CHECK(said_of("evt.type = open and fd.num > 0 and fd.num < 5").empty());
    CHECK(said_of("evt.type = open and not fd.num < 5 and not fd.num >= 5").empty());
    CHECK(said_of("evt.type = chdir and evt.arg.path = /x").empty());
    CHECK(said_of("evt.type in (open, chdir) and evt.arg.mode = 5").empty());
    CHECK(said_of("evt.type in (open, close) and evt.type in (close, read)").empty());
    // What only one use of a macro rules out is no mistake of the macro.
    CHECK(said("- macro: m\n  condition: (evt.type = open or evt.type = chdir)\n" +
               rule("r", "m and evt.type = open and user.uid = 0") +
               rule("s", "m and user.uid = 1"))
              .empty());
    // A list that a site may fill.
    CHECK(said("- list: site\n  items: []\n" +
               rule("r", "evt.type = open and proc.exepath in (site)"))
              .empty());
}

TEST_CASE("shadowed: the same or a wider condition comes first") {
    const std::string wide = rule("wide", "evt.type in (open, openat) and fd.num >= 0");
    CHECK(said(wide + rule("same", "evt.type in (openat, open) and fd.num >= 0")) ==
          "shadowed 6:3");
    CHECK(said(wide + rule("narrow", "evt.type = open and fd.num >= 0 and user.uid = 0")) ==
          "shadowed 6:3");
    CHECK(said(rule("or", "evt.type = open and (user.uid = 0 or user.uid = 5)") +
               rule("one", "evt.type = open and user.uid = 5")) == "shadowed 6:3");
    const RuleSet set = linted(wide + rule("same", "evt.type in (openat, open) and fd.num >= 0"));
    CHECK(set.diagnostics.front().message ==
          "the rule is never reached: 'wide' (r.yaml:1) has the same condition and comes first");
}

TEST_CASE("shadowed is silent for rules that are reached") {
    const std::string narrow = rule("narrow", "evt.type = open and fd.num > 3");
    CHECK(said(narrow + rule("wide", "evt.type = open and fd.num > 2")).empty());
    CHECK(said(narrow + rule("other", "evt.type = openat and fd.num > 3")).empty());
    CHECK(said(narrow + rule("negated", "evt.type = open and not fd.num > 3")).empty());
    CHECK(said("- rule: off\n  desc: d\n  condition: evt.type = open\n  output: o\n"
               "  priority: INFO\n  enabled: false\n" +
               rule("on", "evt.type = open and user.uid = 0"))
              .empty());
}

TEST_CASE("fakeable-allow-list: exclusions by what a process chooses") {
    const std::string begin = kOpen;
    CHECK(said_of(begin + "not proc.name in (sshd, cron)") == "fakeable-allow-list 3:38");
    CHECK(said_of(begin + "not proc.cmdline startswith \"cp x\"") == "fakeable-allow-list 3:38");
    CHECK(said_of(begin + "proc.pname != sh") == "fakeable-allow-list 3:34");
    CHECK(said_of(begin + "not (user.uid = 0 or proc.name = a)") == "fakeable-allow-list 3:55");
    CHECK(said("- macro: trusted\n  condition: proc.name = backup\n" +
               rule("r", begin + "not trusted")) == "fakeable-allow-list 2:14");
    const RuleSet set = linted(rule("r", begin + "not proc.name = a and not proc.aname = b"));
    REQUIRE(set.diagnostics.size() == 1);
    CHECK(set.diagnostics.front().message ==
          "any process escapes this rule by its choice of proc.name, proc.aname");
    CHECK(set.diagnostics.front().hint.find("proc.exepath") != std::string::npos);
}

TEST_CASE("fakeable-allow-list is silent where more than a choice is needed") {
    const std::string begin = kOpen;
    CHECK(said_of(begin + "not proc.exepath in (/usr/sbin/sshd)").empty());
    CHECK(said_of(begin + "not (proc.name = a and user.uid = 0)").empty());
    CHECK(said_of(begin + "not (proc.name = a and not proc.is_exe_writable = true)").empty());
    CHECK(said_of(begin + "not (proc.name = a and container.image.repository = x)").empty());
    CHECK(said_of(begin + "proc.name in (nc, ncat)").empty());
    CHECK(said_of(begin + "(proc.name != a or user.uid != 0)").empty());
    CHECK(said_of(begin + "not proc.name exists").empty());
    CHECK(said_of(begin + "not (not proc.name = a and user.uid = 0)").empty());
}

TEST_CASE("no-event-type and unbounded-negation") {
    CHECK(said_of("proc.exepath = /x") == "LOAD_NO_EVTTYPE 3:14");
    CHECK(said_of("evt.type != open and proc.exepath = /x") == "unbounded-negation 3:14");
    CHECK(said_of("proc.exepath = /x and not evt.type in (open, close)") ==
          "unbounded-negation 3:40");
    CHECK(said_of("evt.type in (open, close) and evt.type != open").empty());
    CHECK(said_of("not evt.type != open").empty());
    CHECK(said(rule("r", "not evt.type = open") + "  warn_evttypes: false\n").empty());
}

TEST_CASE("unused macros and lists") {
    CHECK(said("- macro: m\n  condition: proc.name = a\n- list: l\n  items: [a]\n") ==
          "LOAD_UNUSED_MACRO 1:3\nLOAD_UNUSED_LIST 3:3");
}

TEST_CASE("lints can be chosen by name") {
    const std::string text =
        "- macro: m\n  condition: proc.name = a\n" +
        rule("r", "evt.type = open and not proc.name = a and user.uid = 1 and user.uid = 2");
    LintChoice only;
    only.only = {"unused-macro"};
    CHECK(said(linted(text, only)) == "LOAD_UNUSED_MACRO 1:3");
    only.only = {"fakeable-allow-list", "never-true"};
    CHECK(said(linted(text, only)) == "fakeable-allow-list 5:38\nnever-true 5:73");
    LintChoice none;
    none.none = true;
    CHECK(said(linted(text, none)) == "LOAD_UNUSED_MACRO 1:3");
}

TEST_CASE("a single condition has places of its own") {
    const std::vector<SourceFile> files{
        {"<condition>", "evt.type = open and fd.num = 1 and fd.num = 2"}};
    rules::LoadOptions how;
    how.trees = true;
    RuleSet set = rules::load_condition(files.front(), how);
    lint(files, {}, set);
    CHECK(said(set) == "never-true 1:36");
}

TEST_CASE("rules that do not load are passed over") {
    const RuleSet set = linted(rule("r", "evt.type = open and no.such = 1") + rule("s", "and"));
    CHECK_FALSE(set.ok());
}

TEST_CASE("our own rules have no finding") {
    std::ifstream in(SENSOR_TEST_DATA "/../../rules/falco-ebpf_rules.yaml");
    std::stringstream text;
    text << in.rdbuf();
    REQUIRE_FALSE(text.str().empty());
    CHECK(said(text.str()).empty());
}

}  // namespace sensor::rulec
