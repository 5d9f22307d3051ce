// SPDX-License-Identifier: Apache-2.0
#include "config/override.hpp"

#include <cstdlib>

#include "tests/support/catch.hpp"

namespace {

using namespace sensor;

std::string after(std::string_view yaml, std::string_view option) {
    YAML::Node root = YAML::Load(std::string(yaml));
    const Result<> result = config::apply_override(root, option);
    if (!result.has_value()) return "error: " + result.error().text;
    YAML::Emitter out;
    out << YAML::Flow << root;
    return out.c_str();
}

}  // namespace

TEST_CASE("an override sets, creates and appends") {
    CHECK(after("{a: 1}", "a=2") == "{a: 2}");
    CHECK(after("{}", "engine.replay.file=x") == "{engine: {replay: {file: x}}}");
    CHECK(after("{r: [1, 2]}", "r[1]=9") == "{r: [1, 9]}");
    CHECK(after("{r: [1, 2]}", "r[]=9") == "{r: [1, 2, 9]}");
    CHECK(after("{}", "rules[].disable.rule=*") == "{rules: [{disable: {rule: \"*\"}}]}");
    CHECK(after("{}", "r[]={\"disable\":{\"tag\":\"x\"}}") == "{r: [{disable: {tag: x}}]}");
    CHECK(after("{}", "a\\.b=c") == "{a.b: c}");
    CHECK(after("{}", "a=b=c") == "{a: b=c}");
}

TEST_CASE("a malformed override is refused with its text") {
    CHECK(after("{}", "novalue").find("novalue") != std::string::npos);
    CHECK(after("{}", "novalue").starts_with("error:"));
    CHECK(after("{}", "a[x]=1").starts_with("error:"));
    CHECK(after("{}", "a[0=1").starts_with("error:"));
    CHECK(after("{}", "a..b=1").starts_with("error:"));
    CHECK(after("{}", "a\\q=1").starts_with("error:"));
    CHECK(after("{a: [1]}", "a[5]=1").starts_with("error:"));
    CHECK(after("{a: text}", "a.b=1").starts_with("error:"));
    CHECK(after("{}", "a={]}").starts_with("error:"));
}

TEST_CASE("environment variables expand, nested, escaped, bounded") {
    setenv("SENSOR_T1", "one", 1);
    setenv("SENSOR_T2", "${SENSOR_T1}", 1);
    setenv("SENSOR_LOOP", "${SENSOR_LOOP}", 1);
    unsetenv("SENSOR_NONE");
    CHECK(config::expand_environment("a ${SENSOR_T1} b") == "a one b");
    CHECK(config::expand_environment("${SENSOR_T2}") == "one");
    CHECK(config::expand_environment("x${SENSOR_NONE}y") == "xy");
    CHECK(config::expand_environment("$${SENSOR_T1}") == "${SENSOR_T1}");
    CHECK(config::expand_environment("$SENSOR_T1 ${open") == "$SENSOR_T1 ${open");
    CHECK(config::expand_environment("${SENSOR_LOOP}").find("SENSOR_LOOP") != std::string::npos);
}
