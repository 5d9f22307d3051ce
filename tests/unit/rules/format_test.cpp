// SPDX-License-Identifier: Apache-2.0
// Layout: what it looks like, that it changes nothing else, and what is refused.
#include "rules/format.hpp"

#include <yaml-cpp/yaml.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "rules/format_condition.hpp"
#include "rules/one_line.hpp"
#include "tests/support/catch.hpp"

namespace sensor::rules {
namespace {

std::string formatted(const std::string& text) {
    const auto out = format_rules({"f.yaml", text});
    return out ? *out : "refused: " + out.error().text;
}

std::string words(const std::string& text) { return condition_line(text); }

/// Everything a rule set means, as text; blanks in conditions do not count.
std::string meaning(const std::string& text) {
    const RuleSet set = load_rules({{"f.yaml", text}}, {});
    std::ostringstream out;
    for (const auto* rules : {&set.rules, &set.idle}) {
        for (const Rule& r : *rules) {
            out << r.name << '|' << r.description << '|' << words(r.condition) << '|'
                << r.condition_compiled << '|' << r.output << '|' << r.output_compiled << '|'
                << to_text(r.priority) << '|' << r.source << '|' << r.enabled << r.warn_evttypes
                << r.capture << r.capture_duration_ms << '|' << r.condition_idx << '|';
            for (const std::string& tag : r.tags) out << tag << ',';
            for (const std::string& name : r.exception_names) out << name << ',';
            out << '\n';
        }
    }
    for (const MacroInfo& m : set.macros)
        out << m.name << '|' << words(m.condition) << '|' << m.condition_compiled << '\n';
    for (const ListInfo& l : set.lists) {
        out << l.name << '|';
        for (const std::string& item : l.items) out << item << '\n';
    }
    for (const lang::Diagnostic& d : set.diagnostics) out << d.code << ' ' << d.message << '\n';
    out << set.program.nodes.size() << ' ' << set.program.predicates.size() << ' '
        << (set.program.nodes.size() == 0 ? 0 : set.program.terms.size()) << '\n';
    return out.str();
}

bool same_program(const std::string& a, const std::string& b) {
    const RuleSet left = load_rules({{"f.yaml", a}}, {});
    const RuleSet right = load_rules({{"f.yaml", b}}, {});
    return left.program.terms == right.program.terms &&
           left.program.predicates == right.program.predicates &&
           left.program.nodes == right.program.nodes;
}

std::string file_text(const std::filesystem::path& path) {
    std::ifstream in(path);
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
}

/// Every rules text of the tree: our rules, and those inside case files.
std::vector<std::string> all_rules_texts() {
    const std::filesystem::path root = std::filesystem::path(SENSOR_TEST_DATA) / ".." / "..";
    std::vector<std::string> texts{file_text(root / "rules/falco-ebpf_rules.yaml")};
    for (const auto& file : std::filesystem::recursive_directory_iterator(root / "tests/cases")) {
        const bool broken = file.path().parent_path().filename() == "broken";  // on purpose
        if (broken || file.path().extension() != ".yaml") continue;
        const YAML::Node cases = YAML::LoadFile(file.path().string());
        if (cases["inline"]) texts.push_back(cases["inline"].Scalar());
        if (!cases["cases"]) continue;
        for (const YAML::Node& one : cases["cases"]) {
            if (one["inline"]) texts.push_back(one["inline"].Scalar());
        }
    }
    return texts;
}

}  // namespace

TEST_CASE("the layout of a rule") {
    CHECK(formatted("- rule:   \"Shadow file opened\"\n"
                    "  tags:\n    - a\n    - 'b c'\n"
                    "  priority: WARNING\n"
                    "  output: 'opened %fd.name'\n"
                    "  desc: \"what it is\"\n"
                    "  condition: evt.type=open   and ( fd.name = /etc/shadow\n"
                    "    or fd.name in (/a,/b ) )\n") ==
          "- rule: Shadow file opened\n"
          "  desc: what it is\n"
          "  condition: evt.type=open and (fd.name = /etc/shadow or fd.name in (/a, /b))\n"
          "  output: opened %fd.name\n"
          "  priority: WARNING\n"
          "  tags: [a, b c]\n");
}

TEST_CASE("a long condition has a line a part") {
    CHECK(formatted("- macro: m\n  condition: evt.type in (open, openat, openat2) and fd.name "
                    "startswith /etc/some/folder and not (proc.exepath in (/usr/bin/one) or "
                    "user.uid = 0)\n") ==
          "- macro: m\n"
          "  condition: >\n"
          "    evt.type in (open, openat, openat2)\n"
          "    and fd.name startswith /etc/some/folder\n"
          "    and not (proc.exepath in (/usr/bin/one) or user.uid = 0)\n");
}

TEST_CASE("a part that is too long is broken at its own `and` and `or`") {
    const std::string path = "/usr/lib/some/long/path/of/a/program";
    CHECK(formatted("- macro: m\n  condition: proc.name = a and (proc.exepath startswith " + path +
                    "/one or proc.exepath startswith " + path + "/two or (user.uid = 0 and " +
                    "proc.pexepath startswith " + path + "/three and proc.pname = b))\n") ==
          "- macro: m\n"
          "  condition: >\n"
          "    proc.name = a\n"
          "    and (proc.exepath startswith " +
              path +
              "/one\n"
              "      or proc.exepath startswith " +
              path +
              "/two\n"
              "      or (user.uid = 0 and proc.pexepath startswith " +
              path +
              "/three\n"
              "        and proc.pname = b))\n");
}

TEST_CASE("a long list is wrapped") {
    std::string items;
    for (int k = 0; k < 30; ++k) items += (k == 0 ? "" : ", ") + ("/usr/bin/x" + std::to_string(k));
    const std::string out = formatted("- list: l\n  items: [" + items + "]\n");
    CHECK(out.starts_with("- list: l\n  items: [\n    /usr/bin/x0, /usr/bin/x1, "));
    CHECK(out.ends_with("/usr/bin/x29]\n"));
    std::istringstream lines(out);
    for (std::string line; std::getline(lines, line);) CHECK(line.size() <= 100);
}

TEST_CASE("comments and lines between items stay") {
    const std::string text =
        "# head\n\n---\n"
        "- list: a   # beside\n"
        "  # above items\n"
        "  items: [x]\n"
        "  # behind\n"
        "\n\n"
        "# about b\n"
        "- list: b\n"
        "  items:\n"
        "    - one  # first\n"
        "    # then\n"
        "    - two\n"
        "- macro: m\n"
        "  condition: >  # why\n"
        "     proc.name = \"#no comment\"\n"
        "# end\n";
    CHECK(formatted(text) ==
          "# head\n\n---\n"
          "- list: a  # beside\n"
          "  # above items\n"
          "  items: [x]\n"
          "  # behind\n"
          "\n\n"
          "# about b\n"
          "- list: b\n"
          "  items:\n"
          "    - one  # first\n"
          "    # then\n"
          "    - two\n"
          "- macro: m\n"
          "  condition: proc.name = \"#no comment\"  # why\n"
          "# end\n");
}

TEST_CASE("a comment moves with its key") {
    CHECK(formatted("- rule: r\n  # loud\n  priority: INFO\n  output: o\n  desc: d\n"
                    "  condition: evt.type = open\n") ==
          "- rule: r\n  desc: d\n  condition: evt.type = open\n  output: o\n"
          "  # loud\n  priority: INFO\n");
    CHECK(formatted("- desc: d\n  # its name\n  rule: r\n") ==
          "# its name\n- rule: r\n  desc: d\n");
}

TEST_CASE("quotes stay where the text would mean something else without") {
    const std::string text =
        "- list: l\n"
        "  items: [\"443\", 443, \"true\", \"a b\", \"[x]\", \"a: b\", 'it''s', \"\", \"%x\", "
        "\"a,b\", \"- x\", \"x #y\", \"back\\\\slash\"]\n";
    CHECK(formatted(text) ==
          "- list: l\n"
          "  items: [\"443\", 443, \"true\", a b, \"[x]\", \"a: b\", it's, \"\", \"%x\", "
          "\"a,b\", \"- x\", \"x #y\", back\\slash]\n");
}

TEST_CASE("texts keep every byte") {
    for (const char* text :
         {"- rule: r\n  output: >\n    folded\n    text\n",
          "- rule: r\n  output: |\n    a\n\n    b\n", "- rule: r\n  output: |-\n    a\n     b\n",
          "- rule: r\n  output: |+\n    a\n\n", "- rule: r\n  output: \"a\\tb\\n\\n\"\n",
          "- rule: r\n  output: \" blank at both ends \"\n",
          "- rule: r\n  output: \"two  blanks\"\n"}) {
        const std::string out = formatted(text);
        INFO(text << "->\n" << out);
        const YAML::Node before = YAML::Load(text);
        const YAML::Node after = YAML::Load(out);
        CHECK(before[0]["output"].Scalar() == after[0]["output"].Scalar());
    }
}

TEST_CASE("what yaml-cpp makes of an escape alone is written as that escape") {
    for (const char* value : {"a\\Nb \u00e9", "a\\Nb\\n\\_c", "a\\N b > 'x' and c = 1", "\\_"}) {
        for (const char* key : {"output", "condition", "x y"}) {
            const std::string text = std::string("- rule: r\n  ") + key + ": \"" + value + "\"\n";
            const std::string out = formatted(text);
            INFO(text << "->\n" << out);
            CHECK(YAML::Load(out)[0][key].Scalar() == YAML::Load(text)[0][key].Scalar());
            CHECK(formatted(out) == out);
        }
    }
}

TEST_CASE("the newline of a block is no part of what a quote leaves open") {
    const std::string once = formatted("- rule: r\n  output: b\n  condition: >\n    a b, 'it");
    CHECK(once == "- rule: r\n  condition: a b, 'it\n  output: b\n");
    CHECK(formatted(once) == once);
}

TEST_CASE("a quote that holds the end of a line keeps it") {
    const std::string once = formatted(
        "- rule: r\n  output: b\n  condition: >\n    \"a = open\n        and b = \"x\"\n");
    CHECK(once ==
          "- rule: r\n  condition: |\n    \"a = open\n        and b = \"x\"\n  output: b\n");
    CHECK(formatted(once) == once);
}

TEST_CASE("exceptions and overrides are laid out") {
    CHECK(formatted("- rule: r\n  exceptions:\n  - {name: e, fields: [proc.name, fd.name], comps: "
                    "[in, startswith], values: [[[a, b], /x], [[c], /y]]}\n"
                    "  override: {exceptions: append}\n") ==
          "- rule: r\n"
          "  exceptions:\n"
          "    - name: e\n"
          "      fields: [proc.name, fd.name]\n"
          "      comps: [in, startswith]\n"
          "      values: [[[a, b], /x], [[c], /y]]\n"
          "  override:\n"
          "    exceptions: append\n");
}

TEST_CASE("every rules text of the tree keeps its meaning and is laid out once and for all") {
    std::size_t laid_out = 0;
    for (const std::string& text : all_rules_texts()) {
        INFO(text);
        if (is_one_line_format({"f.yaml", text})) continue;
        const auto once = format_rules({"f.yaml", text});
        if (!once) continue;
        ++laid_out;
        CHECK(meaning(text) == meaning(*once));
        CHECK(same_program(text, *once));
        const auto twice = format_rules({"f.yaml", *once});
        REQUIRE(twice);
        CHECK(*once == *twice);
    }
    CHECK(laid_out > 20);
}

TEST_CASE("what cannot be kept is refused with its place") {
    CHECK(formatted("\xef\xbb\xbf\xef\xbb\xbf##").find(":1:1: a second byte") != std::string::npos);
    CHECK(formatted("- list: l\n  items: &a [x]\n").find("f.yaml:2:10: an anchor") !=
          std::string::npos);
    CHECK(formatted("- list: l\n  items: !t [x]\n").find("a tag") != std::string::npos);
    CHECK(formatted("- list: l\n  items: [x]\n---\n- list: m\n  items: [x]\n")
              .find("more than one document") != std::string::npos);
    CHECK(
        formatted("- list: l\n  items: [x]\n  items: [y]\n").find("f.yaml:3:3: the key 'items'") !=
        std::string::npos);
    CHECK(formatted("- list: [l\n").starts_with("refused: f.yaml:"));
    CHECK(formatted("rule: r\n").find("is a list of items") != std::string::npos);
    CHECK(formatted("- x\n").starts_with("refused: f.yaml:1:3"));
    CHECK(formatted("[{list: l, items: [x]}]\n").starts_with("refused: f.yaml:1:"));
    CHECK(formatted("- list: l\n  items: [\xe5]\n")
              .starts_with("refused: f.yaml:2:11: the file is "));
    CHECK(formatted("- list: l\n% x\n").starts_with("refused: f.yaml:2:1: a directive"));
    CHECK(formatted("- list: l\n  items: [x]\r").starts_with("refused: f.yaml:2:13: a line"));
    CHECK_FALSE(format_rules({"old.conf", "a: proc.name = b\n"}));
}

TEST_CASE("empty files and files of comments stay") {
    CHECK(formatted("").empty());
    CHECK(formatted("# only this\n\n") == "# only this\n\n");
    CHECK(formatted("\xef\xbb\xbf- list: l\r\n  items: [x]\r\n") == "- list: l\n  items: [x]\n");
}

TEST_CASE("conditions alone") {
    CHECK(format_condition("proc.name=a   and\n  fd.name in ( /a,/b )") ==
          "proc.name=a and fd.name in (/a, /b)\n");
    CHECK(condition_line("proc.cmdline contains \"a  (b\" and proc.name = ( x )") ==
          "proc.cmdline contains \"a  (b\" and proc.name = (x)");
}

}  // namespace sensor::rules
