// SPDX-License-Identifier: Apache-2.0
// Expected alerts against those that came.
#include "cases/run.hpp"
#include "tests/support/catch.hpp"

namespace sensor::testing {
namespace {

cases::Case expecting(std::vector<std::string> rules, bool of_capture = false) {
    cases::Case out;
    if (of_capture) out.capture = "some.scap";
    for (std::string& rule : rules) {
        cases::ExpectedAlert alert;
        alert.rule = std::move(rule);
        out.alerts.push_back(std::move(alert));
    }
    return out;
}

std::string signs(const std::vector<cases::Failure>& failures) {
    std::string out;
    for (const cases::Failure& failure : failures) {
        for (const cases::DiffLine& line : failure.diff) out += line.sign;
    }
    return out;
}

}  // namespace

TEST_CASE("alerts of events come in order") {
    CHECK(cases::compare(expecting({"a", "b"}), {{"a", "m", 1}, {"b", "m", 2}}).empty());
    CHECK(signs(cases::compare(expecting({"a", "b", "c"}), {{"a", "", 1}, {"c", "", 2}})) == " - ");
    CHECK(signs(cases::compare(expecting({"a"}), {{"x", "", 1}, {"a", "", 2}})) == "+ ");
    CHECK_FALSE(cases::compare(expecting({"a", "b"}), {{"b", "", 1}, {"a", "", 2}}).empty());
    CHECK(signs(cases::compare(expecting({}), {{"a", "", 1}})) == "+");
}

TEST_CASE("alerts of a capture are counted") {
    CHECK(cases::compare(expecting({"a", "b"}, true), {{"b", "", 1}, {"a", "", 2}}).empty());
    CHECK(signs(cases::compare(expecting({"a"}, true), {{"a", "", 1}, {"a", "", 2}})) == "-+");
    cases::Case none = expecting({"a"}, true);
    none.alerts.front().count = 0;
    CHECK(cases::compare(none, {}).empty());
    CHECK(signs(cases::compare(none, {{"a", "", 1}})) == "+");
}

TEST_CASE("texts of outputs") {
    cases::Case test = expecting({"a"});
    test.alerts.front().output_parts = {"needle"};
    CHECK(cases::compare(test, {{"a", "a needle here", 1}}).empty());
    CHECK_FALSE(cases::compare(test, {{"a", "hay", 1}}).empty());
    test.capture = "some.scap";
    CHECK_FALSE(cases::compare(test, {{"a", "hay", 1}}).empty());
}

}  // namespace sensor::testing
