// SPDX-License-Identifier: Apache-2.0
#include "lang/program.hpp"

#include "lang/diagnostic.hpp"
#include "tests/support/catch.hpp"

using namespace sensor;
using namespace sensor::lang;

namespace {

Term field_term(FieldId id, std::int64_t index) {
    Term term;
    term.field.id = id;
    term.field.arg.kind = FieldArg::Kind::Index;
    term.field.arg.index = index;
    return term;
}

}  // namespace

TEST_CASE("equal entries share a number") {
    Program program;
    const std::uint32_t a = program.add_term(field_term(FieldId::proc_aname, 1));
    const std::uint32_t b = program.add_term(field_term(FieldId::proc_aname, 2));
    CHECK(a != b);
    CHECK(program.add_term(field_term(FieldId::proc_aname, 1)) == a);
    CHECK(program.terms.size() == 2);
    Predicate p;
    p.left = a;
    p.op = Op::exists;
    CHECK(program.add_predicate(p) == 0);
    p.left = b;
    CHECK(program.add_predicate(p) == 1);
    CHECK(program.add_predicate(p) == 1);
}

TEST_CASE("entries that came from storage are found too") {
    Program stored;
    stored.terms.push_back(field_term(FieldId::proc_name, 0));
    stored.terms.push_back(field_term(FieldId::proc_exe, 0));
    CHECK(stored.add_term(field_term(FieldId::proc_exe, 0)) == 1);
    Program copy = stored;
    CHECK(copy.add_term(field_term(FieldId::proc_name, 0)) == 0);
    CHECK(copy.terms.size() == 2);
}

TEST_CASE("many entries stay cheap to share") {
    Program program;
    for (std::int64_t round = 0; round < 2; ++round) {
        for (std::int64_t k = 0; k < 20000; ++k)
            program.add_term(field_term(FieldId::proc_aname, k));
    }
    CHECK(program.terms.size() == 20000);
}

TEST_CASE("diagnostics as text") {
    Diagnostic d;
    d.code = "LOAD_ERR_YAML_VALIDATE";
    d.message = "Invalid priority";
    d.hint = "did you mean 'WARNING'?";
    d.position = {"bad.yaml", 7, 13, 164};
    d.context = {{"rules content", "", {}}, {"rule", "One", {}}};
    d.snippet = "  priority: WARN\n            ^\n";
    CHECK(to_text(d) ==
          "bad.yaml:7:13: error: Invalid priority [LOAD_ERR_YAML_VALIDATE]\n"
          "    priority: WARN\n"
          "              ^\n"
          "  in rule 'One'\n"
          "  hint: did you mean 'WARNING'?\n");
    CHECK(has_errors({d}));
    d.severity = Severity::Warning;
    CHECK_FALSE(has_errors({d}));
    d = Diagnostic{};
    d.message = "x";
    CHECK(to_text(d) == "error: x\n");
}
