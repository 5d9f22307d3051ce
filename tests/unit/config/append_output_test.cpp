// SPDX-License-Identifier: Apache-2.0
#include "config/append_output.hpp"

#include "tests/unit/config/settings.hpp"

using namespace sensor;
using config::load;
using config::said;

TEST_CASE("append_output and static_fields") {
    const auto config = load(
        "static_fields: {site: north, empty: }\nappend_output:\n"
        "  - match: {rule: R, source: syscall, tags: [a, b]}\n    extra_output: \"%static.site\"\n"
        "    extra_fields: [proc.name, {who: \"%user.name\"}]\n  - suggested_output: true\n"
        "  - {match: {source: k8s_audit}, extra_fields: [ka.verb]}\n",
        {"append_output[].extra_output=cpu=%evt.cpu"});
    REQUIRE(config.has_value());
    CHECK(config->static_fields.at("static.site") == "north");
    CHECK(config->static_fields.at("static.empty").empty());
    REQUIRE(config->append_output.size() == 4);
    const rules::AppendOutput& first = config->append_output[0];
    CHECK(first.match_rule == "R");
    CHECK(first.match_source == "syscall");
    CHECK(first.match_tags == std::vector<std::string>{"a", "b"});
    REQUIRE(first.extra_fields.size() == 2);
    CHECK(first.extra_fields[0].bare);
    CHECK(first.extra_fields[1].key == "who");
    CHECK_FALSE(first.extra_fields[1].bare);
    CHECK(config->append_output[1].suggested_output);
    CHECK(config->append_output[3].extra_output == "cpu=%evt.cpu");
    REQUIRE(config->notes.size() == 1);  // a rule and tags in one match
    CHECK(config->notes[0].text.starts_with("f.yaml:3:5: append_output: "));
}

TEST_CASE("texts that outputs cannot have are refused at their place") {
    CHECK(said("append_output: [{extra_output: '%nothing.here'}]\n")
              .find(":1:32: extra_output: unknown field 'nothing.here'") != std::string::npos);
    CHECK(said("append_output: [{extra_fields: [{a: x}, {a: y}]}]\n")
              .find(":1:41: extra field 'a' is named twice") != std::string::npos);
    CHECK(said("append_output: [{extra_fields: [[a]]}]\n").find(":1:33: ") != std::string::npos);
    CHECK(said("static_fields: {a: {b: c}}\n").find(":1:20: static field 'a' must be a text") !=
          std::string::npos);
    CHECK(said("static_fields: {a b: c}\n").find(":1:17: static_fields: 'a b' is no name") !=
          std::string::npos);
    CHECK(said("append_output: [x]\n").find(":1:17: ") != std::string::npos);
    CHECK(said("append_output: [{suggested_output: maybe}]\n").find("true or false") !=
          std::string::npos);
}
