// SPDX-License-Identifier: Apache-2.0
// Users of a container are those of the root of a process that is in it.
#include "app/container_watch.hpp"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "tests/support/catch.hpp"
#include "tests/unit/runtimes/talk.hpp"

using namespace sensor;
using app::ContainerWatch;
using state::AskedUsers;
using namespace sensor::runtimes::test;
namespace fs = std::filesystem;

namespace {

const std::string kId(64, 'c');

/// A host's root, with a /proc in which 1 is the host's and 7 has a root of its own.
struct Host {
    Host() {
        char name[] = "/tmp/falco-ebpf-host-XXXXXX";
        REQUIRE(::mkdtemp(name) != nullptr);
        path = name;
        fs::create_directories(path / "proc/1/root");
        fs::create_directories(path / "proc/7/root/etc");
        write("proc/7/root/etc/passwd", "app:x:4711:100::/srv:/bin/sh\n");
        write("proc/7/cgroup", "0::/system.slice/docker-" + kId + ".scope\n");
    }
    ~Host() { fs::remove_all(path); }
    void write(const std::string& name, const std::string& text) const {
        std::ofstream(path / name) << text;
    }

    fs::path path;
};

state::Container container(const std::string& full_id) {
    state::Container made;
    made.full_id = full_id;
    made.type = "docker";
    return made;
}

state::Options replayed() {
    state::Options options;
    options.live = false;
    return options;
}

}  // namespace

/// A docker with these containers, and a sensor's part that listens to it.
struct Docked {
    Docked() {
        config.docker = {true, {server.path()}};
        config.podman.enabled = config.cri.enabled = config.containerd.enabled = false;
    }
    /// Takes what was told. out: the text of all events so far
    std::string look() {
        watch.look(state, [&](std::span<const std::byte> record) {
            events.append(reinterpret_cast<const char*>(record.data()), record.size());
            const Event told = Event::view(record);
            REQUIRE(told.valid());
            state.begin(told);
            state.end(told);
        });
        return events;
    }
    bool knows(int number) {
        look();
        const state::Container* known = state.containers().look_up(id_of(number));
        return known != nullptr && known->known == containers::Known::Complete;
    }
    bool told(int number) { return look().find(id_of(number)) != std::string::npos; }

    TempFolder folder;
    std::atomic<int> count{1};
    std::atomic<bool> lists{true};
    StandIn server{folder / "s", [this](const std::string& target) {
                       if (!lists && target.starts_with("/containers/json")) return silence();
                       std::vector<std::string> ids;
                       for (int k = 1; k <= count; ++k) ids.push_back(id_of(k));
                       return docker(target, ids);
                   }};
    config::ContainerOptions config;
    state::State state{replayed()};
    ContainerWatch watch{""};
    std::string events;
};

TEST_CASE("a runtime that comes back makes no events of what is known") {
    Docked all;
    REQUIRE(all.watch.apply(all.config, all.state).has_value());
    CHECK(all.knows(1));
    // 2 was made meanwhile; then 3, when 2 is known by its event.
    for (const int made : {2, 3}) {
        all.server.end();
        all.count = made;
        all.server.begin();
        wait_until([&] { return all.told(made); });
    }
    const std::string events = all.look();
    CHECK_FALSE(all.told(1));
    CHECK(events.find(id_of(2)) != std::string::npos);
    CHECK(events.rfind(R"("full_id":")" + id_of(2)) == events.find(R"("full_id":")" + id_of(2)));
}

TEST_CASE("what ran before makes no event, however late its runtime lists it") {
    Docked all;
    all.lists = false;
    REQUIRE(all.watch.apply(all.config, all.state).has_value());
    CHECK_FALSE(all.knows(1));
    const std::string list = answer(R"([{"Id":")" + id_of(1) + R"(","State":"running"}])").bytes;
    all.server.push("/containers/json", list);
    wait_until([&] { return all.knows(1); });
    // One that is asked for was there before, too.
    all.count = 2;
    state::Container second = container(id_of(2));
    all.watch.ask(second, {});
    wait_until([&] { return all.knows(2); });
    CHECK(all.look().empty());
    wait_until([&] { return all.server.push("/events", event("create", id_of(2), "other")); });
    all.count = 3;
    wait_until([&] { return all.server.push("/events", event("create", id_of(3))); });
    wait_until([&] { return all.told(3); });
    CHECK_FALSE(all.told(1));
}

TEST_CASE("users are read from a process that is in the container") {
    const Host host;
    ContainerWatch watch(host.path.string());
    REQUIRE(watch.ask_users(container(kId), 7) == AskedUsers::Yes);
    state::State state(replayed());
    std::size_t told = 0;
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (told == 0 && std::chrono::steady_clock::now() < end) {
        watch.look(state, [&](std::span<const std::byte>) { ++told; });
        std::this_thread::yield();
    }
    CHECK(told == 1);
}

TEST_CASE("a process that has the number of one that is gone tells nothing of its container") {
    const Host host;
    ContainerWatch watch(host.path.string());
    CHECK(watch.ask_users(container(std::string(64, 'd')), 7) == AskedUsers::Gone);
    host.write("proc/7/cgroup", "0::/\n");
    CHECK(watch.ask_users(container(kId), 7) == AskedUsers::Gone);
}

TEST_CASE("who has the host's root is not in the container's yet") {
    const Host host;
    ContainerWatch watch(host.path.string());
    fs::remove_all(host.path / "proc/7/root");
    fs::create_directory_symlink(host.path / "proc/1/root", host.path / "proc/7/root");
    CHECK(watch.ask_users(container(kId), 7) == AskedUsers::NotYet);
    CHECK(watch.ask_users(container(kId), 8) == AskedUsers::Gone);
    CHECK(watch.ask_users(container(kId), 0) == AskedUsers::Gone);
}
