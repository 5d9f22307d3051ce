// SPDX-License-Identifier: Apache-2.0
// Users of a container are those of the root of a process that is in it.
#include "app/container_watch.hpp"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "tests/support/catch.hpp"

using namespace sensor;
using app::ContainerWatch;
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

TEST_CASE("users are read from a process that is in the container") {
    const Host host;
    ContainerWatch watch(host.path.string());
    REQUIRE(watch.ask_users(container(kId), 7));
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
    CHECK_FALSE(watch.ask_users(container(std::string(64, 'd')), 7));
    host.write("proc/7/cgroup", "0::/\n");
    CHECK_FALSE(watch.ask_users(container(kId), 7));
}

TEST_CASE("who has the host's root is not in the container's yet") {
    const Host host;
    ContainerWatch watch(host.path.string());
    fs::remove_all(host.path / "proc/7/root");
    fs::create_directory_symlink(host.path / "proc/1/root", host.path / "proc/7/root");
    CHECK_FALSE(watch.ask_users(container(kId), 7));
    CHECK_FALSE(watch.ask_users(container(kId), 8));
    CHECK_FALSE(watch.ask_users(container(kId), 0));
}
