// SPDX-License-Identifier: Apache-2.0
#include "lang/output_format.hpp"

#include "tests/support/catch.hpp"

using namespace sensor;
using lang::OutputParse;

namespace {

/// "literal|field/width|..." of what was understood, or "error: message".
std::string parts(std::string_view text) {
    lang::Program program;
    const OutputParse parsed = lang::parse_output(text, program);
    if (!parsed.ok) return "error: " + parsed.problems.front().message;
    std::string out;
    for (const lang::OutputPart& part : parsed.format.parts) {
        out += std::string(parsed.format.literal(part)) + "|";
        if (!part.has_term) continue;
        const lang::Term& term = program.terms[part.term];
        out += term.kind == lang::Term::Kind::Field ? to_text(term.field)
                                                    : std::string(to_text(term.transformer));
        if (part.width != 0) out += "/" + std::to_string(part.width);
        out += "|";
    }
    return out;
}

std::vector<std::string> keys(std::string_view text) {
    lang::Program program;
    std::vector<std::string> found;
    const lang::OutputFormat format = lang::parse_output(text, program).format;
    for (const lang::OutputField& field : format.fields) found.emplace_back(format.key(field));
    return found;
}

bool fails(std::string_view text) { return parts(text).starts_with("error: "); }

}  // namespace

TEST_CASE("literals and fields") {
    CHECK(parts("").empty());
    CHECK(parts("plain") == "plain|");
    CHECK(parts("%proc.name") == "|proc.name|");
    CHECK(parts("a %proc.name b %fd.name.") == "a |proc.name| b |fd.name|.|");
    CHECK(parts("%proc.nameX%thread.tidY") == "|proc.name|X|thread.tid|Y|");
    CHECK(parts("*start %proc.name") == "start |proc.name|");
    CHECK(parts("**start") == "*start|");
    CHECK(parts("\\%proc.name") == "\\|proc.name|");
}

TEST_CASE("the longest valid prefix is the field") {
    CHECK(parts("%proc.nameand") == "|proc.name|and|");
    CHECK(parts("%fd.namex") == "|fd.name|x|");
    CHECK(parts("%fd.name_changed") == "|fd.name_changed|");
    CHECK(parts("%proc.pid.x") == "|proc.pid|.x|");
    CHECK(parts("%evt.times") == "|evt.time|s|");
    CHECK(parts("%proc.aname[2") == "|proc.aname|[2|");
    CHECK(parts("%proc.aname[2]") == "|proc.aname[2]|");
    CHECK(parts("%proc.aname[2]]") == "|proc.aname[2]|]|");
    CHECK(parts("%proc.name[2]") == "|proc.name|[2]|");
    CHECK(parts("%proc.pid[%fd.name]") == "|proc.pid|[|fd.name|]|");
    CHECK(parts("%evt.arg.pathX") == "|evt.arg.path|X|");
    CHECK(parts("(%evt.arg[0])") == "(|evt.arg[0]|)|");
    CHECK(parts("%container.label[a/b]!") == "|container.label[a/b]|!|");
}

TEST_CASE("widths") {
    CHECK(parts("%2proc.name") == "|proc.name/2|");
    CHECK(parts("%008proc.name") == "|proc.name/8|");
    CHECK(parts("%0proc.name") == "|proc.name|");
    CHECK(fails("%99999999999proc.name"));
}

TEST_CASE("transformers") {
    CHECK(parts("%toupper(proc.name) x") == "|toupper| x|");
    CHECK(parts("%toupper( proc.name )") == "|toupper|");
    CHECK(parts("%concat(proc.name,\"-\",fd.name)") == "|concat|");
    CHECK(parts("%toupper(proc.name)[x]") == "|toupper|[x]|");
    CHECK(keys("%toupper(proc.name) %fd.name %proc.name") ==
          std::vector<std::string>{"proc.name", "fd.name"});
    CHECK(keys("%join(\"-\", (proc.pid, \"x\", proc.name))") ==
          std::vector<std::string>{"proc.pid", "proc.name"});
}

TEST_CASE("keys of output_fields") {
    CHECK(keys("no fields").empty());
    CHECK(keys("%proc.aname[2] %proc.name %proc.aname[2]") ==
          std::vector<std::string>{"proc.aname[2]", "proc.name"});
    CHECK(keys("%evt.arg.path") == std::vector<std::string>{"evt.arg.path"});
    CHECK(keys("%container.label[\"a b\"]") ==
          std::vector<std::string>{"container.label[\"a b\"]"});
}

TEST_CASE("what is no field is an error") {
    for (const char* text :
         {"100% done", "%%", "% x", "%(x)", "%-5f", "end %", "%5", "%val(proc.name)",
          "%(proc.name)", "%toupper (proc.name)", "%toupper(proc.pid)", "%toupper(proc.name",
          "%toupper()", "%evt.arg", "%container.label"}) {
        INFO(text);
        CHECK(fails(text));
    }
    lang::Program program;
    const OutputParse parsed = lang::parse_output("an open %not_a_real_field", program);
    REQUIRE(parsed.problems.size() == 1);
    CHECK(parsed.problems[0].message == "'%not_a_real_field' is not a field");
    CHECK(parsed.problems[0].offset == 8);
    CHECK(parsed.problems[0].unknown_field);
    CHECK_FALSE(lang::parse_output("100% done", program).problems.at(0).unknown_field);
    CHECK(lang::parse_output("%proc.nmae", program).problems.at(0).hint.find("proc.name") !=
          std::string::npos);
    CHECK(lang::parse_output("%proc.nmae 5% %fd.nmae", program).problems.size() == 3);
    CHECK(fails("%" + std::string(1, 'l') + "en(" + std::string(100000, '(')));
}

TEST_CASE("fields of the configuration are text constants") {
    lang::Program program;
    program.static_fields = {{"static.site", "north"}, {"static.site.row", "7"}};
    const OutputParse parsed =
        lang::parse_output("%static.site %static.site.rows %toupper(static.site)!", program);
    REQUIRE(parsed.ok);
    REQUIRE(parsed.format.fields.size() == 2);
    CHECK(parsed.format.key(parsed.format.fields[0]) == "static.site");
    CHECK(parsed.format.key(parsed.format.fields[1]) == "static.site.row");
    const lang::Term& site = program.terms[parsed.format.fields[0].term];
    CHECK(site.kind == lang::Term::Kind::Constant);
    CHECK(site.constant.bytes == "north");
    CHECK(parsed.format.literal(parsed.format.parts[2]) == "s ");
    CHECK_FALSE(lang::parse_output("%static.other", program).ok);
    lang::Program none;
    CHECK(lang::parse_output("%static.site", none).problems.at(0).hint.find("static_fields") !=
          std::string::npos);
}
