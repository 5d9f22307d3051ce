// SPDX-License-Identifier: Apache-2.0
#include "runtimes/local_facts.hpp"

#include <unistd.h>

#include "fake_host.hpp"
#include "opened.hpp"
#include "runtimes/sockets.hpp"
#include "tests/support/catch.hpp"

using namespace sensor;
using namespace sensor::runtimes;
using namespace sensor::runtimes::test;
using containers::ContainerRecord;
using containers::Known;

namespace {

const std::string kId = std::string(60, 'c') + "1234";

const std::string kGroup = "/docker/" + kId;

constexpr const char* kSpec = R"({"process":{"user":{"uid":9},"env":["A=1"],"capabilities":{
    "bounding":["CAP_CHOWN"]}},"mounts":[
      {"destination":"/proc","type":"proc","source":"proc"},
      {"destination":"/in","type":"bind","source":"/etc","options":["rbind","ro","rslave"]}],
    "annotations":{"io.kubernetes.cri.sandbox-name":"web-0","io.kubernetes.cri.sandbox-id":"fed",
      "io.kubernetes.cri.sandbox-namespace":"shop","io.kubernetes.cri.container-name":"app",
      "io.kubernetes.cri.image-name":"host/app:2"},
    "linux":{"namespaces":[{"type":"pid"},{"type":"network"},{"type":"mount"}],
      "resources":{"memory":{"limit":64}},"maskedPaths":["/proc/kcore"],"seccomp":{}}})";

}  // namespace

TEST_CASE("without a bundle the kernel says what a container may do") {
    FakeHost host;
    host.process(1, 0, "init", "/");
    host.process(20, 10, "app", kGroup, "000001ffffffffff");
    host.process(10, 1, "shim", "/");
    host.process(30, 20, "child", kGroup);
    host.share(20, "net");
    host.file("proc/20/mountinfo",
              "1 0 0:1 / / rw - overlay overlay rw\n"
              "2 1 8:1 /srv/a\\040b /data ro,nosuid shared:1 - ext4 /dev/sda1 rw\n"
              "3 1 0:5 / /proc rw - proc proc rw\nnonsense\n");
    const auto found = local_facts(host.root(), kId, "docker", 30, 100);
    REQUIRE(found.has_value());
    CHECK(found->known == Known::Local);
    CHECK(found->privileged);
    CHECK((found->host_network && !found->host_pid && !found->host_ipc));
    CHECK(found->mounts ==
          std::vector<containers::Mount>{{"/srv/a b", "/data", "", "rshared", false}});
    CHECK(found->user == "5");
}

TEST_CASE("what is not all capabilities is not privileged") {
    FakeHost host;
    host.process(1, 0, "init", "/");
    host.process(20, 1, "app", kGroup);
    CHECK_FALSE(local_facts(host.root(), kId, "docker", 20, 100)->privileged);
    // The runtime's own program on its way tells nothing.
    host.process(20, 1, "runc:[2:INIT]", kGroup, "000001ffffffffff");
    CHECK_FALSE(local_facts(host.root(), kId, "docker", 20, 100).has_value());
}

TEST_CASE("processes that are gone, or elsewhere, tell nothing") {
    FakeHost host;
    host.process(20, 1, "app", "/");
    CHECK_FALSE(local_facts(host.root(), kId, "docker", 20, 100).has_value());
    CHECK_FALSE(local_facts(host.root(), kId, "docker", 21, 100).has_value());
    CHECK_FALSE(local_facts(host.root(), kId, "docker", 0, 100).has_value());
}

TEST_CASE("the bundle is found by who started the container") {
    FakeHost host;
    host.process(1, 0, "init", "/");
    host.process(20, 10, "runc:[2:INIT]", kGroup);
    host.process(10, 1, "conmon", "/libpod-conmon-" + kId + ".scope");
    const std::string words[] = {"/usr/bin/conmon", "-c", kId, "-b", "/box", "-n", "given"};
    std::string cmdline;
    for (const std::string& word : words) cmdline += word + '\0';
    host.file("proc/10/cmdline", cmdline);
    host.file("proc/10/root/box/config.json", kSpec);
    const auto found = local_facts(host.root(), kId, "podman", 20, 100);
    REQUIRE(found.has_value());
    CHECK(found->name == "given");
    CHECK(found->image_repository == "host/app");
    CHECK(found->image_tag == "2");
    CHECK(found->pod_name == "web-0");
    CHECK(found->pod_namespace == "shop");
    CHECK(found->pod_sandbox_id == "fed");
    CHECK((!found->host_pid && !found->host_network && found->host_ipc));
    CHECK_FALSE(found->privileged);
    CHECK(found->mounts == std::vector<containers::Mount>{{"/etc", "/in", "", "rslave", false}});
    CHECK(found->memory_limit == 64);
}

/// 20 is in the container, 10 started it from a bundle at this path.
void started_from(FakeHost& host, const std::string& bundle) {
    host.process(1, 0, "init", "/");
    host.process(20, 10, "app", kGroup);
    host.process(10, 1, "conmon", "/");
    std::string cmdline;
    for (const std::string& word :
         {std::string("conmon"), std::string("-c"), kId, std::string("-b"), bundle,
          std::string("--exit-dir"), std::string("/tmp/exits")})
        cmdline += word + '\0';
    host.file("proc/10/cmdline", cmdline);
}

TEST_CASE("paths of who started a container are those of its own root") {
    FakeHost host;
    started_from(host, "/box");
    host.file("proc/10/root/real/config.json", kSpec);
    std::filesystem::create_directory_symlink("/real", host / "proc/10/root/box");
    const auto inside = local_facts(host.root(), kId, "podman", 20, 100);
    REQUIRE(inside.has_value());
    CHECK(inside->name == "app");

    // A link that leads out of it leads nowhere.
    host.file("outside/config.json", kSpec);
    for (const char* link : {"proc/10/root/box", "proc/10/root/real/config.json"}) {
        const std::string to = host / "outside";
        std::filesystem::remove(host / link);
        std::filesystem::create_symlink(link[13] == 'b' ? to : to + "/config.json", host / link);
        const auto outside = local_facts(host.root(), kId, "podman", 20, 100);
        REQUIRE(outside.has_value());
        CHECK(outside->name.empty());
    }
}

TEST_CASE("what is no file is not opened, whoever says it is one") {
    FakeHost host;
    started_from(host, "/box");
    std::filesystem::create_directories(host / "proc/10/root/box");
    std::filesystem::create_directories(host / "proc/10/root/tmp/events");
    Trap spec(host / "proc/10/root/box/config.json");
    Trap events(host / "proc/10/root/tmp/events/events.log");
    CHECK((spec.was_opened() && events.was_opened()));  // by their maker
    CHECK(local_facts(host.root(), kId, "podman", 20, 100)->known == Known::Local);
    CHECK_FALSE(spec.was_opened());
    std::filesystem::remove(host / "proc/10/root/box/config.json");
    host.file("proc/10/root/box/config.json", kSpec);
    CHECK(local_facts(host.root(), kId, "podman", 20, 100)->name == "app");
    CHECK_FALSE(events.was_opened());
}

TEST_CASE("podman's events name a container that runc is just starting") {
    FakeHost host;
    host.process(1, 0, "init", "/");
    host.process(20, 11, "runc:[2:INIT]", kGroup);
    host.process(11, 10, "runc", "/");
    host.process(10, 1, "conmon", "/libpod-conmon-" + kId + ".scope");
    const auto words = [](std::initializer_list<std::string> all) {
        std::string line;
        for (const std::string& word : all) line += word + '\0';
        return line;
    };
    host.file("proc/11/cmdline", words({"runc", "create", "--bundle", "/box", kId}));
    host.file("proc/10/cmdline", words({"/usr/bin/conmon", "-c", kId, "-b", "/box", "-n", "given",
                                        "--exit-dir", "/tmp/libpod/exits"}));
    for (const char* pid : {"10", "11"})
        host.file(std::string("proc/") + pid + "/root/box/config.json",
                  R"({"linux":{"namespaces":[]}})");
    const std::string events = "proc/10/root/tmp/libpod/events/events.log";
    const std::string line = R"({"ID":")" + kId + R"(","Image":"a/b:1","Name":"web","Status":")";
    const std::string rest = R"(","Type":"container","Attributes":{"app":"shop"}})"
                             "\n";
    CHECK(local_facts(host.root(), kId, "podman", 20, 100)->known == Known::Local);
    host.file(events, std::string(3 << 20, 'x') + "\n" + line + "init" + rest);
    CHECK(local_facts(host.root(), kId, "podman", 20, 100)->known == Known::Local);
    host.file(events,
              std::string(3 << 20, 'x') + "\n" + line + "create" + rest + line + "init" + rest);
    const auto found = local_facts(host.root(), kId, "podman", 20, 100);
    REQUIRE(found.has_value());
    CHECK(found->known == Known::Named);
    CHECK(found->name == "web");
    CHECK(found->image_repository == "a/b");
    CHECK(found->image_tag == "1");
    CHECK(found->labels == containers::Labels{{"app", "shop"}});
    CHECK(found->host_pid);
}

TEST_CASE("where the machine's podman writes is remembered, where a user's does is not") {
    FakeHost host;
    const std::string text = R"({"ID":")" + kId +
                             R"(","Image":"a/b:1","Name":"web","Status":"create",)"
                             R"("Type":"container"})"
                             "\n";
    host.file("run/libpod/events/events.log", text);
    host.file("other/run/libpod/events/events.log", text);
    host.file("users/events.log", text);
    REQUIRE(::chown((host / "users/events.log").c_str(), 1000, 1000) == 0);
    PodmanFiles files;
    files.learn(host.root(), host / "other", "/run/libpod/events/events.log");  // another root
    files.learn(host.root(), host.root(), "/users/events.log");
    files.learn(host.root(), host.root(), "/nowhere");
    files.learn(host.root(), host.root(), "");
    CHECK_FALSE(files.created(kId, 100).has_value());
    files.learn(host.root(), host.root(), "/run/libpod/events/events.log");
    REQUIRE(files.created(kId, 100).has_value());
    CHECK(files.created(kId, 100)->name == "web");
    CHECK_FALSE(files.created(std::string(64, 'f'), 100).has_value());
}

TEST_CASE("a shim has the bundles of its pod beside its own") {
    FakeHost host;
    host.process(1, 0, "init", "/");
    host.process(20, 10, "app", "/kubepods/" + kId);
    host.process(10, 1, "containerd-shim", "/");
    host.file("proc/10/cmdline", std::string("/usr/bin/containerd-shim-runc-v2\0-id\0fed\0", 40));
    host.file("proc/10/cwd/config.json", "{}");
    host.file("proc/10/" + kId + "/config.json", kSpec);
    const auto found = local_facts(host.root(), kId, "cri", 20, 100);
    REQUIRE(found.has_value());
    CHECK(found->name == "app");
    CHECK(found->env == std::vector<std::string>{"A=1"});
}

TEST_CASE("bundles are also where they usually are, and damaged ones do no harm") {
    FakeHost host;
    host.process(1, 0, "init", "/");
    host.process(20, 1, "app", kGroup);
    const std::string place = "run/containerd/io.containerd.runtime.v2.task/moby/" + kId;
    host.file(place + "/config.json", kSpec);
    CHECK(local_facts(host.root(), kId, "docker", 20, 100)->name == "app");
    for (const std::string& odd : {std::string("{"), std::string("[]"), std::string(),
                                   std::string(R"({"linux":7})"), std::string(3 << 20, ' ')}) {
        host.file(place + "/config.json", odd);
        const auto found = local_facts(host.root(), kId, "docker", 20, 100);
        REQUIRE(found.has_value());
        CHECK(found->user == "5");
    }
}

TEST_CASE("docker's own files have the names") {
    FakeHost host;
    host.process(1, 0, "init", "/");
    host.process(20, 1, "app", kGroup);
    host.file(
        "run/docker/containerd/daemon/io.containerd.runtime.v2.task/moby/" + kId + "/config.json",
        R"({"linux":{},"mounts":[{"destination":"/etc/hostname","type":"bind",
                  "source":"/data/containers/)" +
            kId + R"(/hostname"}]})");
    host.file("data/containers/" + kId + "/config.v2.json",
              R"({"ID":")" + kId + R"(","Name":"/web","Config":{"Image":"a/b:1"}})");
    host.file("data/containers/" + kId + "/hostconfig.json", "{}");
    const auto found = local_facts(host.root(), kId, "docker", 20, 100);
    REQUIRE(found.has_value());
    CHECK(found->known == Known::Local);
    CHECK(found->name == "web");
    CHECK(found->image_repository == "a/b");
}
