// SPDX-License-Identifier: Apache-2.0
#include "config/plugins.hpp"

#include "tests/unit/config/settings.hpp"

namespace {

using namespace sensor;
using config::load;
using config::said;

constexpr const char* kThree =
    "plugins:\n  - {name: container, library_path: libcontainer.so}\n"
    "  - {name: k8saudit, library_path: libk8saudit.so}\n  - {name: own, library_path: "
    "libown.so}\n";

}  // namespace

TEST_CASE("plugins that are not available are named once") {
    const auto all = load(kThree);
    REQUIRE(all.has_value());
    REQUIRE(all->foreign_plugins.size() == 2);
    CHECK(all->foreign_plugins[0].name == "k8saudit");
    CHECK(all->foreign_plugins[0].library == "libk8saudit.so");
    CHECK(all->foreign_plugins[0].source == "k8s_audit");
    REQUIRE(all->notes.size() == 2);
    CHECK(all->notes[0].kind == config::Note::Kind::Plugin);
    CHECK(all->notes[0].text ==
          "f.yaml:3:12: the plugin 'k8saudit' is not available: there are no events of source "
          "k8s_audit, and its rules stay inactive");
}

TEST_CASE("load_plugins chooses") {
    const std::string three = kThree;
    CHECK(load(three + "load_plugins: []\n")->notes.empty());
    CHECK(load(three + "load_plugins: [container]\n")->notes.empty());
    CHECK(load("load_plugins: [container]\n")->notes.empty());
    const auto named = load(three + "load_plugins: [container, own, other, own]\n");
    REQUIRE(named->foreign_plugins.size() == 2);
    CHECK(named->foreign_plugins[0].library == "libown.so");
    CHECK(named->foreign_plugins[1].name == "other");
    CHECK(said("", {"load_plugins[0]=json"}).starts_with("-o load_plugins[0]=json: the plugin"));
}

TEST_CASE("settings of the built-in plugin, as a map or as JSON") {
    const std::string begin =
        "plugins:\n  - name: container\n    library_path: x\n    init_config: ";
    for (const char* form :
         {"{label_max_len: 50, with_size: true, hooks: [start], engines: {docker: {enabled: "
          "false}, "
          "cri: {sockets: [/s]}, static: {enabled: true, container_id: i}}}\n",
          "'{\"label_max_len\": 50, \"with_size\": true, \"hooks\": [\"start\"], \"engines\": "
          "{\"docker\": {\"enabled\": false}, \"cri\": {\"sockets\": [\"/s\"]}, \"static\": "
          "{\"enabled\": true, \"container_id\": \"i\"}}}'\n"}) {
        const auto config = load(begin + form);
        REQUIRE(config.has_value());
        CHECK(config->notes.empty());
        const config::ContainerOptions& got = config->containers;
        CHECK(got.label_max_len == 50);
        CHECK((got.with_size && got.on_start && !got.on_create));
        CHECK_FALSE(got.docker.enabled);
        CHECK(got.podman.enabled);
        CHECK(got.cri.sockets == std::vector<std::string>{"/s"});
        CHECK((got.fixed && got.fixed_id == "i"));
    }
    for (const char* empty : {"\"\"\n", "~\n", "{}\n", "' '\n"})
        CHECK(load(begin + empty)->notes.empty());
    CHECK(said(begin + "{label_max_length: 1}\n").find("'label_max_len'") != std::string::npos);
    CHECK(said(begin + "{label_max_len: x}\n").starts_with("f.yaml:4:34: "));
    CHECK(said(begin + "{hooks: [stop]}\n").find("no hook 'stop'") != std::string::npos);
    CHECK(said(begin + "[a]\n").find("must be a map") != std::string::npos);
    CHECK(said(begin + "'{\"a\": '\n").starts_with("f.yaml:"));
}

TEST_CASE("the runtimes of older versions") {
    const auto old = load("container_engines: {docker: {enabled: false}, cri: {sockets: [/x]}}\n");
    REQUIRE(old.has_value());
    CHECK_FALSE(old->containers.docker.enabled);
    CHECK(old->containers.cri.sockets == std::vector<std::string>{"/x"});
    REQUIRE(old->notes.size() == 2);
    CHECK(old->notes[0].kind == config::Note::Kind::Old);
}

TEST_CASE("entries that are none") {
    CHECK(said("plugins: {name: x}\n").starts_with("f.yaml:1:10: "));
    CHECK(said("plugins: [x]\n").starts_with("f.yaml:1:11: "));
    CHECK(said("plugins: [{library_path: x}]\n").find("a name") != std::string::npos);
}

TEST_CASE("strict refuses what is only warned of else") {
    const auto strict = [](const std::string& text) {
        const auto config = load(text);
        REQUIRE(config.has_value());
        const Result<> result = config::check_strict(*config);
        return result.has_value() ? std::string() : result.error().text;
    };
    CHECK(strict("priority: info\n").empty());
    CHECK(strict("load_plugins: [json]\n").find("'json'") != std::string::npos);
    CHECK(strict("jsn_output: true\n").find("'jsn_output'") != std::string::npos);
    CHECK(strict("webserver: {}\n").find("schema validation") != std::string::npos);
    CHECK(strict("engine: {kind: kmod}\n").empty());
}
