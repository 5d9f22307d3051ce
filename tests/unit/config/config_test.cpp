// SPDX-License-Identifier: Apache-2.0
#include "config/config.hpp"

#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "tests/support/catch.hpp"

namespace {

using namespace sensor;

class TempFile {
public:
    explicit TempFile(std::string_view text) {
        char name[] = "/tmp/sensor-config-XXXXXX";
        const int fd = mkstemp(name);
        REQUIRE(fd >= 0);
        ::close(fd);
        path_ = name;
        std::ofstream(path_) << text;
    }
    ~TempFile() { ::unlink(path_.c_str()); }
    const std::string& path() const { return path_; }

private:
    std::string path_;
};

Result<config::Config> load(std::string_view text, const std::vector<std::string>& overrides = {}) {
    const TempFile file(text);
    return config::load_config(file.path(), overrides);
}

}  // namespace

TEST_CASE("settings are read, environment and -o included") {
    setenv("SENSOR_PRIORITY", "warning", 1);
    const auto config = load(
        "rules_files: [a.yaml, b]\npriority: ${SENSOR_PRIORITY}\njson_output: yes\n"
        "stdout_output:\n  enabled: true\nrules:\n  - disable: {tag: x}\n",
        {"json_output=false", "rules[].enable.rule=Some *", "falco_libs.snaplen=200"});
    REQUIRE(config.has_value());
    CHECK(config->rules_files == std::vector<std::string>{"a.yaml", "b"});
    CHECK(config->priority == rules::Priority::Warning);
    CHECK_FALSE(config->outputs.format.json);
    CHECK(config->outputs.standard.has_value());
    CHECK(config->snaplen == 200);
    REQUIRE(config->selections.size() == 2);
    CHECK_FALSE(config->selections[0].enable);
    CHECK(config->selections[1].rule_pattern == "Some *");
}

TEST_CASE("a wrong setting names its file, line and column") {
    const auto config = load("json_output: true\npriority: loud\n");
    REQUIRE_FALSE(config.has_value());
    CHECK(config.error().text.find(":2:11: unknown rule priority 'loud'") != std::string::npos);
    const auto typed = load("json_output: [1]\n");
    REQUIRE_FALSE(typed.has_value());
    CHECK(typed.error().text.find(":1:14: outputs.format.json must be true or false") !=
          std::string::npos);
}

TEST_CASE("broken YAML and missing files are errors") {
    const auto broken = load("a: [1\nb: 2\n");
    REQUIRE_FALSE(broken.has_value());
    CHECK(broken.error().text.find(":2:") != std::string::npos);
    const auto missing = config::load_config("/nonexistent/falco.yaml", {});
    REQUIRE_FALSE(missing.has_value());
    CHECK(missing.error().text == "Could not open file /nonexistent/falco.yaml for reading");
    CHECK_FALSE(load("- a\n- b\n").has_value());
}

TEST_CASE("channels that do not exist here are said, not swallowed") {
    const auto config = load("http_output: {enabled: true, url: x}\n");
    REQUIRE(config.has_value());
    REQUIRE(config->notes.size() == 1);
    CHECK(config->notes[0].find("http_output") != std::string::npos);
}

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
    CHECK(config->notes.size() == 1);  // a rule and tags in one match
}

TEST_CASE("texts that outputs cannot have are refused at their place") {
    const auto said = [](std::string_view text) {
        const auto config = load(text);
        return config.has_value() ? std::string() : config.error().text;
    };
    CHECK(said("append_output: [{extra_output: '%nothing.here'}]\n")
              .find(":1:32: extra_output: unknown field 'nothing.here'") != std::string::npos);
    CHECK(said("append_output: [{extra_fields: [{a: x}, {a: y}]}]\n")
              .find(":1:41: extra field 'a' is named twice") != std::string::npos);
    CHECK(said("append_output: [{extra_fields: [[a]]}]\n").find(":1:33: ") != std::string::npos);
    CHECK(said("static_fields: {a: {b: c}}\n").find(":1:20: static field 'a' must be a text") !=
          std::string::npos);
}
