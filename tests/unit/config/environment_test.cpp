// SPDX-License-Identifier: Apache-2.0
#include "config/environment.hpp"

#include "config/yaml_tree.hpp"
#include "tests/unit/config/settings.hpp"

namespace {

using namespace sensor;
using config::Variable;

std::string expand(std::string_view text) {
    config::Origin origin;
    return config::expand_environment(text, origin);
}

}  // namespace

TEST_CASE("environment variables expand, nested and escaped") {
    const Variable one("SENSOR_T1", "one"), two("SENSOR_T2", "<${SENSOR_T1}>");
    const Variable three("SENSOR_T3", "${SENSOR_T2}${SENSOR_T2}"), raw("SENSOR_T4", "$${x}");
    unsetenv("SENSOR_NONE");
    CHECK(expand("a ${SENSOR_T1} b") == "a one b");
    CHECK(expand("${SENSOR_T1}${SENSOR_T1}") == "oneone");
    CHECK(expand("${SENSOR_T2}") == "<one>");
    CHECK(expand("${SENSOR_T3}") == "<one><one>");
    CHECK(expand("x${SENSOR_NONE}y") == "xy");
    CHECK(expand("$${SENSOR_T1}") == "${SENSOR_T1}");
    CHECK(expand("$${SENSOR_T1} ${SENSOR_T1}") == "${SENSOR_T1} one");
    CHECK(expand("${SENSOR_T4}") == "${x}");
    CHECK(expand("$SENSOR_T1 $$SENSOR_T1 ${}") == "$SENSOR_T1 $$SENSOR_T1 ");
    CHECK(expand("${SENSOR_T1} ${open") == "one ${open");
    CHECK(expand("").empty());
}

TEST_CASE("a text that is printed is itself again after expansion") {
    for (const std::string text :
         {"${x}", "${${}", "$${x}", "${a}${b}", "${a}$${b}", "$$$${", "${a${b}}${", "}${}$"}) {
        std::string printed = config::scalar_text(text);
        if (printed.front() == '"') printed = printed.substr(1, printed.size() - 2);
        CHECK(expand(printed) == text);
    }
}

TEST_CASE("a variable that names itself is refused at its place") {
    const Variable loop("SENSOR_LOOP", "${SENSOR_LOOP}");
    const Variable grows("SENSOR_GROWS", "${SENSOR_GROWS}${SENSOR_GROWS}");
    CHECK(config::said("priority: ${SENSOR_LOOP}\n") ==
          "f.yaml:1:11 (environment: SENSOR_LOOP): the environment variable SENSOR_LOOP names "
          "itself");
    CHECK(config::said("a:\n  - ${SENSOR_GROWS}\n").find("names itself") != std::string::npos);
}

TEST_CASE("values of files are expanded before they are typed; keys and options are not") {
    const Variable flag("SENSOR_FLAG", "true"), number("SENSOR_NUMBER", "12");
    const auto config = config::load(
        "json_output: \"${SENSOR_FLAG}\"\nfalco_libs: {snaplen: \"${SENSOR_NUMBER}\"}\n"
        "static_fields: {a: \"$${SENSOR_FLAG}\"}\nrules_files:\n  - a/${SENSOR_NUMBER}\n",
        {"cache=x", "engine.cache_dir=${SENSOR_FLAG}"});
    REQUIRE(config.has_value());
    CHECK(config->outputs.format.json);
    CHECK(config->snaplen == 12);
    CHECK(config->static_fields.at("static.a") == "${SENSOR_FLAG}");
    CHECK(config->rules_files == std::vector<std::string>{"a/12"});
    CHECK(config->cache_dir == "${SENSOR_FLAG}");
    CHECK(config::said("${SENSOR_FLAG}: 1\n").find("'${SENSOR_FLAG}'") != std::string::npos);
}

TEST_CASE("the process's own variables") {
    {
        const Variable host("FALCO_HOSTNAME", "node-1"), root("HOST_ROOT", "/host");
        const Variable memory("FALCO_CGROUP_MEM_PATH", "/sys/fs/cgroup/memory.current");
        const auto config = config::load("");
        REQUIRE(config.has_value());
        CHECK(config->outputs.format.hostname == "node-1");
        CHECK(config->hostname_given);
        CHECK(config->host_root == "/host");
        CHECK(config->cgroup_memory_file == "/sys/fs/cgroup/memory.current");
        CHECK(config->notes.empty());
    }
    {
        const Variable node("FALCO_K8S_NODE_NAME", "worker-7");
        const std::string otlp = "otlp_output: {enabled: true, url: 'http://x/v1/logs'";
        const auto config = config::load(otlp + "}\n");
        REQUIRE(config.has_value());
        CHECK(config->outputs.otlp->resource.at("k8s.node.name") == "worker-7");
        const auto own = config::load(otlp + ", resource: {k8s.node.name: own}}\n");
        REQUIRE(own.has_value());
        CHECK(own->outputs.otlp->resource.at("k8s.node.name") == "own");
    }
    for (const char* bad : {"", "/sys/../etc/passwd"}) {
        const Variable memory("FALCO_CGROUP_MEM_PATH", bad);
        const auto config = config::load("");
        REQUIRE(config.has_value());
        CHECK(config->cgroup_memory_file == "/sys/fs/cgroup/memory/memory.usage_in_bytes");
        REQUIRE(config->notes.size() == 1);
        CHECK(config->notes[0].text.find("FALCO_CGROUP_MEM_PATH") != std::string::npos);
    }
    const auto config = config::load("");
    REQUIRE(config.has_value());
    CHECK_FALSE(config->hostname_given);
    CHECK_FALSE(config->outputs.format.hostname.empty());
    CHECK(config->host_root.empty());
}
