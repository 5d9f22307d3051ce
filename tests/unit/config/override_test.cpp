// SPDX-License-Identifier: Apache-2.0
#include "config/override.hpp"

#include "config/yaml_tree.hpp"
#include "tests/support/catch.hpp"

namespace {

using namespace sensor;

std::string after(const std::string& yaml, const std::string& option) {
    config::Node root = config::parse_value(yaml, {});
    try {
        config::apply_override(root, option);
    } catch (const config::BadSetting& bad) {
        return "error: " + bad.text;
    }
    return config::flow_text(root);
}

}  // namespace

TEST_CASE("an override sets, creates and appends") {
    CHECK(after("{a: 1}", "a=2") == "{a: 2}");
    CHECK(after("{}", "engine.replay.file=x") == "{engine: {replay: {file: x}}}");
    CHECK(after("{a: null}", "a.b=x") == "{a: {b: x}}");
    CHECK(after("{r: [1, 2]}", "r[1]=9") == "{r: [1, 9]}");
    CHECK(after("{r: [1, 2]}", "r[]=9") == "{r: [1, 2, 9]}");
    CHECK(after("{r: [1, 2]}", "r[2]=9") == "{r: [1, 2, 9]}");
    CHECK(after("{r: [[1]]}", "r[0][]=9") == "{r: [[1, 9]]}");
    CHECK(after("{}", "load_plugins[0]=container") == "{load_plugins: [container]}");
    CHECK(after("{}", "rules[].disable.rule=*") == "{rules: [{disable: {rule: \"*\"}}]}");
    CHECK(after("{}", "a=b=c") == "{a: \"b=c\"}");
    CHECK(after("{}", "a=") == "{a: \"\"}");
}

TEST_CASE("a value in braces is YAML, any other a text") {
    CHECK(after("{}", "r[]={\"disable\":{\"tag\":\"x\"}}") == "{r: [{disable: {tag: x}}]}");
    CHECK(after("{}",
                "append_output[]={\"match\":{\"source\":\"syscall\"},"
                "\"extra_output\":\"cpu=%evt.cpu\"}") ==
          "{append_output: [{match: {source: syscall}, extra_output: \"cpu=%evt.cpu\"}]}");
    CHECK(after("{}", "a=[1, 2]") == "{a: \"[1, 2]\"}");
    CHECK(after("{}", "a=x,y") == "{a: \"x,y\"}");
    CHECK(after("{}", "a=${HOME}") == "{a: \"$${HOME}\"}");
}

TEST_CASE("letters of keys that stand for themselves") {
    CHECK(after("{}", "a\\.b=c") == "{a.b: c}");
    CHECK(after("{}", "a\\[0\\]=c") == "{\"a[0]\": c}");
    CHECK(after("{}", "a\\\\b.c=d") == "{\"a\\\\b\": {c: d}}");
    CHECK(after("{}", "a\\q=1").starts_with("error: -o a\\q=1: a backslash must stand before"));
    CHECK(after("{}", "a\\=1").starts_with("error:"));
}

TEST_CASE("a malformed override is refused with its text") {
    CHECK(after("{}", "novalue") ==
          "error: -o novalue: must be of the form key=val or key.subkey=val");
    CHECK(after("{}", "a[x]=1").starts_with("error:"));
    CHECK(after("{}", "a[-1]=1").starts_with("error:"));
    CHECK(after("{}", "a[0=1").starts_with("error:"));
    CHECK(after("{}", "a]=1").starts_with("error:"));
    CHECK(after("{}", "a[0]b=1").starts_with("error:"));
    CHECK(after("{}", "a..b=1").starts_with("error:"));
    CHECK(after("{}", ".a=1").starts_with("error:"));
    CHECK(after("{}", "=1").starts_with("error:"));
    CHECK(after("{}", "[0]=1").starts_with("error:"));
    CHECK(after("{a: [1]}", "a[5]=1") == "error: -o a[5]=1: the list has only 1 elements");
    CHECK(after("{a: text}", "a.b=1") == "error: -o a.b=1: 'b' is not inside a map");
    CHECK(after("{a: text}", "a[0]=1").starts_with("error:"));
    CHECK(after("{}", "a={]}").starts_with("error:"));
}

TEST_CASE("options nest settings no deeper than files do") {
    const auto steps = [](int count) {
        std::string key = "a";
        for (int k = 1; k < count; ++k) key += ".a";
        return key;
    };
    CHECK_FALSE(after("{}", steps(32) + "=1").starts_with("error:"));
    CHECK(after("{}", steps(33) + "=1").find("nested too deep") != std::string::npos);
    CHECK_FALSE(after("{}", steps(30) + "={b: [1]}").starts_with("error:"));
    CHECK(after("{}", steps(31) + "={b: [1]}").find("nested too deep") != std::string::npos);
}
