// SPDX-License-Identifier: Apache-2.0
// Names that are near, and words of other tools.
#include "lang/similar.hpp"

#include "event/field_table.hpp"
#include "tests/support/catch.hpp"

using namespace sensor;
using namespace sensor::lang;

TEST_CASE("near names: edits, swapped letters, the other case") {
    CHECK(did_you_mean("opend", {"opened", "closed"}) == "did you mean 'opened'?");
    CHECK(did_you_mean("nmae", {"name"}) == "did you mean 'name'?");
    CHECK(did_you_mean("Execve", {"execve", "execveat"}).starts_with("did you mean 'execve'"));
    CHECK(did_you_mean("abc", {"xyz"}).empty());
    CHECK(did_you_mean("a", {"b"}).empty());
    CHECK(did_you_mean("same", {"same"}).empty());
    CHECK(did_you_mean(std::string(1000, 'a'), {"a"}).empty());
    CHECK(did_you_mean({"a", "b", "c"}) == "did you mean 'a', 'b' or 'c'?");
}

TEST_CASE("fields of other tools") {
    CHECK(unknown_field_hint("process.name") == "did you mean 'proc.name'?");
    CHECK(unknown_field_hint("File.Path") == "did you mean 'fd.name'?");
    CHECK(unknown_field_hint("ka.verb").find("plugin k8saudit") != std::string::npos);
    CHECK(unknown_field_hint("proc.nmae").find("'proc.name'") != std::string::npos);
    CHECK(unknown_field_hint("quite.another.thing").empty());
}

TEST_CASE("operators and connectives of other languages") {
    CHECK(operator_meant("like") == "glob");
    CHECK(operator_meant("=~") == "regex");
    CHECK(operator_meant("strartswith") == "startswith");
    CHECK(operator_meant("CONTAINS") == "contains");
    CHECK(operator_meant("frobnicate").empty());
    CHECK(boolean_meant("&&") == "and");
    CHECK(boolean_meant("adn") == "and");
    CHECK(boolean_meant("OR") == "or");
    CHECK(boolean_meant("within").empty());
}

// The tables of words elsewhere name what is here: each row gives a hint with a name that exists.
#define FIELDS_OF_PLUGIN(prefix, plugin)
#define FIELD_ELSEWHERE(theirs, ours) {theirs, ours},
#define OPERATOR_ELSEWHERE(theirs, ours)
#define BOOLEAN_ELSEWHERE(theirs, ours)
TEST_CASE("what is said instead of a foreign field is a field, and the foreign one is none") {
    struct Row {
        const char *theirs, *ours;
    };
    const Row rows[] = {
#include "grammar/elsewhere.def"
    };
    for (const Row& row : rows) {
        INFO(row.theirs);
        CHECK(resolve_field(row.ours, nullptr).has_value());
        CHECK_FALSE(resolve_field(row.theirs, nullptr).has_value());
        CHECK(lower_case(row.theirs) == row.theirs);
    }
}
#undef FIELD_ELSEWHERE
#undef OPERATOR_ELSEWHERE
#define FIELD_ELSEWHERE(theirs, ours)
#define OPERATOR_ELSEWHERE(theirs, ours) {theirs, ours},
TEST_CASE("what is said instead of a foreign operator is an operator") {
    struct Row {
        const char *theirs, *ours;
    };
    const Row rows[] = {
#include "grammar/elsewhere.def"
    };
    for (const Row& row : rows) {
        INFO(row.theirs);
        bool known = false;
        for (const OpInfo& op : all_ops()) known = known || op.text == row.ours;
        CHECK(known);
        for (const OpInfo& op : all_ops()) CHECK(op.text != row.theirs);
    }
}
