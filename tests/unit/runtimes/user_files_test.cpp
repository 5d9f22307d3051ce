// SPDX-License-Identifier: Apache-2.0
// Files of a container's users: whatever links there are, nothing outside of its root is read.
#include "runtimes/user_files.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <memory>
#include <mutex>
#include <set>
#include <thread>

#include "opened.hpp"
#include "tests/support/catch.hpp"

using namespace sensor;
namespace fs = std::filesystem;

namespace {

struct Root {
    Root() {
        char name[] = "/tmp/falco-ebpf-root-XXXXXX";
        REQUIRE(::mkdtemp(name) != nullptr);
        path = name;
        fs::create_directories(path / "root/etc");
        write("outside", "host:x:1:1::/:/bin/sh\n");
    }
    ~Root() { fs::remove_all(path); }
    void write(const std::string& name, const std::string& text) const {
        std::ofstream(path / name) << text;
    }
    Fd open() const { return Fd(::open((path / "root").c_str(), O_PATH | O_DIRECTORY)); }

    fs::path path;
};

/// A reading that waits for a file system, until told that it is there again.
struct Hanging {
    containers::ContainerUsers operator()(int) {
        std::unique_lock lock(mutex);
        ++inside;
        changed.notify_all();
        changed.wait(lock, [&] { return there; });
        return {};
    }
    void wait_for(int count) {
        std::unique_lock lock(mutex);
        REQUIRE(changed.wait_for(lock, std::chrono::seconds(60), [&] { return inside == count; }));
    }
    void end() {
        const std::lock_guard lock(mutex);
        there = true;
        changed.notify_all();
    }

    std::mutex mutex;
    std::condition_variable changed;
    int inside = 0;
    bool there = false;
};

/// The containers of so many answers.
std::set<std::string> answers(runtimes::UserFiles& files, std::size_t count) {
    std::set<std::string> ids;
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (ids.size() < count && std::chrono::steady_clock::now() < end) {
        for (const auto& each : files.take()) ids.insert(each.full_id);
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return ids;
}

}  // namespace

TEST_CASE("users and groups of a root") {
    const Root root;
    root.write("root/etc/passwd", "app:x:4711:100::/srv:/bin/sh\n");
    root.write("root/etc/group", "apps:x:100:\n");
    const containers::ContainerUsers users = runtimes::read_users(root.open().get());
    REQUIRE(users.users.size() == 1);
    CHECK(users.users[0].name == "app");
    REQUIRE(users.groups.size() == 1);
    CHECK(users.groups[0].name == "apps");
}

TEST_CASE("links lead nowhere outside") {
    const Root root;
    const fs::path passwd = root.path / "root/etc/passwd";
    for (const std::string& to : {(root.path / "outside").string(), std::string("../../outside"),
                                  std::string("/proc/self/cwd")}) {
        INFO(to);
        fs::create_symlink(to, passwd);
        CHECK(runtimes::read_users(root.open().get()).users.empty());
        fs::remove(passwd);
    }
}

TEST_CASE("what is no file is not even opened") {
    const Root root;
    runtimes::test::Trap trap((root.path / "root/etc/passwd").string());
    CHECK(trap.was_opened());  // by its maker
    fs::create_directories(root.path / "root/etc/group");
    const containers::ContainerUsers users = runtimes::read_users(root.open().get());
    CHECK(users.users.empty());
    CHECK(users.groups.empty());
    CHECK_FALSE(trap.was_opened());
    ::close(::open((root.path / "root/etc/passwd").c_str(), O_RDONLY | O_NONBLOCK));
    CHECK(trap.was_opened());
}

TEST_CASE("a thread reads what is asked for") {
    const Root root;
    root.write("root/etc/passwd", "app:x:4711:100::/srv:/bin/sh\n");
    runtimes::UserFiles files;
    REQUIRE(files.ask("one", root.open()));
    REQUIRE(files.ask("two", root.open()));
    std::vector<containers::ContainerUsers> all;
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (all.size() < 2 && std::chrono::steady_clock::now() < end) {
        for (auto& each : files.take()) all.push_back(std::move(each));
        std::this_thread::yield();
    }
    REQUIRE(all.size() == 2);
    CHECK(all[0].full_id == "one");
    CHECK(all[1].full_id == "two");
    CHECK(all[1].users.size() == 1);
}

TEST_CASE("a container whose file system hangs keeps others waiting for a moment only") {
    const Root root;
    root.write("root/etc/passwd", "app:x:4711:100::/srv:/bin/sh\n");
    const auto hanging = std::make_shared<Hanging>();
    runtimes::UserFiles files([hanging, first = true](int fd) mutable {
        return std::exchange(first, false) ? (*hanging)(fd) : runtimes::read_users(fd);
    });
    REQUIRE(files.ask("hangs", root.open()));
    hanging->wait_for(1);
    REQUIRE(files.ask("one", root.open()));
    REQUIRE(files.ask("two", root.open()));
    CHECK(answers(files, 2) == std::set<std::string>{"one", "two"});
    CHECK(files.stats().stuck == 1);
    hanging->end();
    CHECK(answers(files, 1) == std::set<std::string>{"hangs"});
}

TEST_CASE("when all threads hang, questions are refused at once") {
    const Root root;
    const auto hanging = std::make_shared<Hanging>();
    runtimes::UserFiles files([hanging](int fd) { return (*hanging)(fd); });
    for (const char* id : {"1", "2", "3", "4"}) REQUIRE(files.ask(id, root.open()));
    hanging->wait_for(4);
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (files.stats().stuck < 4 && std::chrono::steady_clock::now() < end)
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    CHECK_FALSE(files.ask("5", root.open()));
    CHECK(files.stats().refused == 1);
    hanging->end();
    CHECK(answers(files, 4).size() == 4);
    REQUIRE(files.ask("6", root.open()));
    CHECK(answers(files, 1) == std::set<std::string>{"6"});
}
