// SPDX-License-Identifier: Apache-2.0
// What is printed of a configuration: all of it with origins, and the schema of its keys.
#include "config/print.hpp"

#include <nlohmann/json.hpp>

#include "config/key_table.hpp"
#include "config/schema.hpp"
#include "tests/unit/config/settings.hpp"

namespace {

using namespace sensor;
using config::load;

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

std::string without_origins(const std::string& text) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = text.find('\n', at);
        const std::string line = text.substr(at, end - at);
        out += line.substr(0, line.find("  # ")) + "\n";
        at = end + 1;
    }
    return out;
}

constexpr const char* kText =
    "rules_files: [a, \"b: c\"]\nengine:\n  jit: ${SENSOR_JIT}\nstatic_fields: {x: "
    "\"$${y}\"}\n\"${k}\": 1\n"
    "load_plugins: []\nfrob: {a: [1]}\nhttp_output: {headers: {A: \"b\\nc\"}}\n"
    "append_output: [{match: {tags: [t]}, extra_output: 'x # y'}]\npriority: ''\n";

}  // namespace

TEST_CASE("every value is printed with its origin") {
    const config::Variable jit("SENSOR_JIT", "false");
    const auto made = load(kText, {"priority=error"});
    REQUIRE(made.has_value());
    const std::string text = config::print_text(*made);
    CHECK(has(text, "rules_files:\n  - a  # f.yaml:1:15\n  - \"b: c\"  # f.yaml:1:18\n"));
    CHECK(has(text, "  jit: false  # f.yaml:3:8 (environment: SENSOR_JIT)\n"));
    CHECK(has(text, "priority: error  # -o priority=error\n"));
    CHECK(has(text, "  kind: modern_ebpf  # default\n"));
    CHECK(has(text, "load_plugins: []  # f.yaml:6:15\n"));
    CHECK(has(text, "frob:\n  a:\n    - 1  # f.yaml:7:12\n"));
    CHECK_FALSE(has(text, "container_engines"));
}

TEST_CASE("what is printed loads as the same") {
    const config::Variable jit("SENSOR_JIT", "false");
    const auto first = load(kText, {"priority=error"});
    const std::string text = config::print_text(*first);
    const auto second = load(text);
    REQUIRE(second.has_value());
    CHECK(without_origins(config::print_text(*second)) == without_origins(text));
    CHECK(second->static_fields.at("static.x") == "${y}");
    CHECK(second->append_output.at(0).extra_output == "x # y");
    CHECK(second->outputs == first->outputs);
    const auto empty = load("");
    const auto again = load(config::print_text(*empty));
    REQUIRE(again.has_value());
    CHECK(again->notes.empty());
    CHECK(again->foreign_plugins.empty());
}

TEST_CASE("keys of any length and any bytes are printed so that they load") {
    const std::string longest(3000, 'k'), odd(500, '\x15');
    for (const std::string& option :
         {longest + "=1", longest + ".b.c=d", odd + "=1", "static_fields." + longest + "=1",
          "append_output[]={\"match\": {\"" + longest + "\": 1}}"}) {
        const auto once = load("", {option});
        if (!once) continue;  // refused: fine
        const std::string text = config::print_text(*once);
        INFO(text);
        const auto twice = load(text);
        REQUIRE(twice.has_value());
        CHECK(without_origins(config::print_text(*twice)) == without_origins(text));
    }
    CHECK(load("", {longest + ".b.c=d"}).has_value());
}

TEST_CASE("the same as JSON") {
    const config::Variable jit("SENSOR_JIT", "false");
    const nlohmann::ordered_json json = config::print_json(*load(kText, {"priority=error"}));
    CHECK(json["config"]["engine"]["jit"] == false);
    CHECK(json["config"]["falco_libs"]["snaplen"] == 80);
    CHECK(json["config"]["syscall_event_drops"]["rate"] == 0.03333);
    CHECK(json["config"]["rules_files"][1] == "b: c");
    CHECK(json["config"]["static_fields"]["x"] == "${y}");
    CHECK(json["origins"]["rules_files[1]"] == "f.yaml:1:18");
    CHECK(json["origins"]["priority"] == "-o priority=error");
    CHECK(json["origins"]["log_level"] == "default");
}

TEST_CASE("the schema knows every key of today") {
    const nlohmann::ordered_json schema = config::config_schema();
    CHECK(schema["$schema"] == "http://json-schema.org/draft-06/schema#");
    CHECK(schema["$ref"] == "#/definitions/FalcoConfig");
    const auto& of = schema["definitions"];
    for (const auto& [name, definition] : of.items()) {
        INFO(name);
        CHECK(definition["additionalProperties"] == false);
        CHECK(definition["title"] == name);
    }
    CHECK(of["Engine"]["required"] == nlohmann::json{"kind"});
    CHECK(of["EngineReplay"]["required"] == nlohmann::json{"capture_file"});
    CHECK(of["ProgramOutput"]["required"] == nlohmann::json{"program"});
    CHECK(of["PluginsEntry"]["required"] == nlohmann::json{"name", "library_path"});
    CHECK(of["EngineModernEbpf"]["properties"]["buf_size_preset"]["maximum"] == 10);
    CHECK(of["FalcoConfig"]["properties"]["config_files"]["items"].contains("anyOf"));
    CHECK_FALSE(of["FalcoConfig"]["properties"].contains("grpc"));
    CHECK_FALSE(of["FalcoConfig"]["properties"].contains("rules_file"));
    CHECK_FALSE(of["FalcoConfig"]["properties"].contains("container_engines"));
    const std::string text = schema.dump();
    for (const config::Key& key : config::keys()) {
        const std::string_view name = key.path.substr(key.path.rfind('.') + 1);
        if (key.standing == config::Standing::Old || name.ends_with("[]")) continue;
        CHECK(has(text, "\"" + std::string(name) + "\":"));
    }
}

TEST_CASE("a file is judged by the schema in the words of validators") {
    const auto schema = [](const std::string& text) {
        const auto made = load(text);
        return made.has_value() ? made->files.at(0).schema.warnings : std::vector<std::string>{};
    };
    CHECK(schema("priority: info\n").empty());
    CHECK(schema("falco_libs: {snaplen: \"80\"}\n").empty());
    const auto unknown = schema("frob: 1\n");
    REQUIRE(unknown.size() == 1);
    CHECK(unknown[0] ==
          "failed for <root>: Object contains a property that could not be validated using "
          "'properties' or 'additionalProperties' constraints: 'frob'.");
    const auto missing = schema("engine: {jit: true}\n");
    REQUIRE(missing.size() == 2);
    CHECK(missing[0] == "failed for <root>[engine]: Missing required property 'kind'.");
    CHECK(missing[1] ==
          "failed for <root>: Failed to validate against schema associated with property name "
          "'engine'.");
    CHECK(schema("rules_files: a\n").front() ==
          "failed for <root>[rules_files]: Value type not permitted by 'type' constraint.");
    CHECK(schema("plugins: [{name: container}]\n").front() ==
          "failed for <root>[plugins][0]: Missing required property 'library_path'.");
    CHECK(schema("rules_file: [a]\n").size() == 1);
}
