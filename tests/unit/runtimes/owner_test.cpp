// SPDX-License-Identifier: Apache-2.0
// A user's runtime is heard on that user's containers, and on no others.
#include "runtimes/owner.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include "fake_host.hpp"
#include "talk.hpp"

using namespace sensor;
using namespace sensor::runtimes;
using namespace sensor::runtimes::test;
using Kind = News::Kind;

namespace {

constexpr Owner kUser = 4711;
const std::string kOfUser = "/user.slice/user-4711.slice/user@4711.service/user.slice/libpod-";
const std::string kOfRoot = "/machine.slice/libpod-";

/// As events have it.
std::string cgroups(const std::string& before, int number) {
    return std::string("cpuset=/\0", 9) + "cpu=" + before + id_of(number) + ".scope";
}

Reply podman(const std::string& target, const std::vector<std::string>& ids,
             const std::function<Reply(const std::string&)>& detail) {
    constexpr std::string_view kVersion = "/v4.0.0/libpod";
    return target.starts_with(kVersion) ? docker(target.substr(kVersion.size()), ids, detail)
                                        : not_found();
}

/// A host with a podman of root's and one of a user's.
class TwoPodmans {
public:
    using Detail = std::function<Reply(const std::string& id)>;
    TwoPodmans(std::vector<std::string> listed, Detail of_user, Detail of_root)
        : root(path("run/podman"),
               [detail = std::move(of_root)](const std::string& target) {
                   return podman(target, {}, detail);
               }),
          user(
              path("run/user/4711/podman"),
              [listed = std::move(listed), detail = std::move(of_user)](const std::string& target) {
                  return podman(target, listed, detail);
              },
              kUser) {}

    Result<std::unique_ptr<Watcher>> watch(std::uint64_t patience_ms = 30000) const {
        WatcherOptions options = only_docker({}, patience_ms);
        options.docker.enabled = false;
        options.podman.enabled = true;
        options.host_root = host.root();
        return Watcher::start(options);
    }

    FakeHost host;

private:
    std::string path(const std::string& folder) {
        std::filesystem::create_directories(host / folder);
        return host / (folder + "/podman.sock");
    }

public:
    StandIn root, user;
};

Reply evil(const std::string& id) { return answer(inspect_of(id, "", "evil")); }
Reply good(const std::string& id) { return answer(inspect_of(id)); }
Reply nothing(const std::string&) { return not_found(); }

}  // namespace

TEST_CASE("a user's socket is not heard on a container of root's") {
    std::atomic<bool> known{false};
    TwoPodmans both({id_of(1)}, evil,
                    [&](const std::string& id) { return known ? good(id) : not_found(); });
    const auto watcher = both.watch();
    REQUIRE(watcher.has_value());
    Reader reader(**watcher);
    const bool first = GENERATE(true, false);  // announced before a process is seen in it, or after
    const std::string lies = event("create", id_of(1), "evil") + event("start", id_of(1), "evil") +
                             event("remove", id_of(1), "evil");
    const auto lie = [&] { wait_until([&] { return both.user.push("/events", lies); }); };
    if (first) lie();
    (*watcher)->ask(id_of(1), "podman", {0, cgroups(kOfRoot, 1)});
    wait_until([&] { return both.root.requests(id_of(1)) >= 2; });
    if (!first) lie();
    known = true;
    CHECK(reader.next(Kind::Record, id_of(1)).record.name == "web");
    lie();
    wait_until([&] { return both.root.push("/events", event("remove", id_of(1))); });
    reader.next(Kind::Removed, id_of(1));
    REQUIRE(reader.all().size() == 2);
    CHECK(reader.all()[0].record.name == "web");
}

TEST_CASE("nor on one of which nobody knows whose it is") {
    TwoPodmans both({id_of(1)}, evil, nothing);
    const auto watcher = both.watch(100);
    REQUIRE(watcher.has_value());
    Reader reader(**watcher);
    (*watcher)->ask(id_of(1), "podman", {});
    reader.next(Kind::GaveUp, id_of(1));
    (*watcher)->ask(id_of(2), "podman", {0, cgroups("/user.slice/user-4712.slice/libpod-", 2)});
    reader.next(Kind::GaveUp, id_of(2));
    CHECK(reader.all().size() == 2);
}

TEST_CASE("a user's containers are listed, and told when a process is seen in them") {
    TwoPodmans both({id_of(1)}, good, nothing);
    const auto watcher = both.watch();
    REQUIRE(watcher.has_value());
    CHECK_FALSE((*watcher)->has_news());
    Reader reader(**watcher);
    (*watcher)->ask(id_of(1), "podman", {0, cgroups(kOfUser, 1)});
    CHECK(reader.next(Kind::Record, id_of(1)).record.name == "web");
    // One that was not listed is asked for, one that is announced is heard of.
    (*watcher)->ask(id_of(2), "podman", {0, cgroups(kOfUser, 2)});
    CHECK(reader.next(Kind::Record, id_of(2)).record.name == "web");
    wait_until([&] { return both.user.push("/events", event("remove", id_of(2))); });
    reader.next(Kind::Removed, id_of(2));
}

TEST_CASE("a user's container may be gone before a process is seen in it") {
    std::atomic<bool> there{false};
    TwoPodmans both(
        {}, [&](const std::string& id) { return there ? good(id) : not_found(); }, nothing);
    const auto watcher = both.watch();
    REQUIRE(watcher.has_value());
    Reader reader(**watcher);
    wait_until([&] { return both.user.push("/events", event("create", id_of(1))); });
    wait_until([&] { return both.user.requests(id_of(1)) == 1; });
    // What is known of this one is its announcement.
    both.user.push("/events", event("remove", id_of(1)));
    there = true;
    both.user.push("/events", event("create", id_of(2)) + event("remove", id_of(2)));
    wait_until([&] { return both.user.requests(id_of(2)) == 1; });
    both.user.push("/events", event("create", id_of(3)));
    wait_until([&] { return both.user.requests(id_of(3)) == 1; });
    there = false;
    (*watcher)->ask(id_of(1), "podman", {0, cgroups(kOfUser, 1)});
    CHECK(reader.next(Kind::Record, id_of(1), containers::Known::Named).record.name == "web");
    reader.next(Kind::GaveUp, id_of(1));
    (*watcher)->ask(id_of(2), "podman", {0, cgroups(kOfUser, 2)});
    CHECK(reader.next(Kind::Record, id_of(2)).record.privileged);
    reader.next(Kind::Removed, id_of(2));
}

TEST_CASE("who started it tells whose a container is, where control groups do not") {
    TwoPodmans both({}, good, nothing);
    both.host.process(1, 0, "init", "/");
    both.host.process(10, 1, "conmon", "/", "0", kUser);
    both.host.process(20, 10, "app", "/libpod_parent/libpod-" + id_of(1));
    both.host.process(30, 1, "conmon", "/", "0", 0);
    both.host.process(40, 30, "app", "/libpod_parent/libpod-" + id_of(2), "0", kUser);
    const auto watcher = both.watch(300);
    REQUIRE(watcher.has_value());
    Reader reader(**watcher);
    (*watcher)->ask(id_of(1), "podman", {20});
    CHECK(reader.next(Kind::Record, id_of(1)).record.name == "web");
    (*watcher)->ask(id_of(2), "podman", {40});
    reader.next(Kind::GaveUp, id_of(2));
}

TEST_CASE("who started it may be known of a process that is gone, or of a later one") {
    TwoPodmans both({}, good, nothing);
    const auto watcher = both.watch();
    REQUIRE(watcher.has_value());
    Reader reader(**watcher);
    (*watcher)->ask(id_of(1), "podman", {0, {}, kUser});
    CHECK(reader.next(Kind::Record, id_of(1)).record.name == "web");
    (*watcher)->ask(id_of(2), "podman", {});
    wait_until([&] { return both.root.requests(id_of(2)) >= 1; });
    CHECK(both.user.requests(id_of(2)) == 0);
    (*watcher)->ask(id_of(2), "podman", {0, {}, kUser});
    CHECK(reader.next(Kind::Record, id_of(2)).record.name == "web");
    // Root's, whatever user its processes have.
    (*watcher)->ask(id_of(3), "podman", {0, {}, kRoot});
    wait_until([&] { return both.root.requests(id_of(3)) >= 1; });
    CHECK(both.user.requests(id_of(3)) == 0);
}

TEST_CASE("root's word on a container is the last, whoever spoke first") {
    TwoPodmans both({}, evil, [](const std::string&) { return silence(); });
    const auto watcher = both.watch();
    REQUIRE(watcher.has_value());
    Reader reader(**watcher);
    (*watcher)->ask(id_of(1), "podman", {0, cgroups(kOfUser, 1)});
    CHECK(reader.next(Kind::Record, id_of(1)).record.name == "evil");
    wait_until([&] { return both.root.push(id_of(1), good(id_of(1)).bytes); });
    CHECK(reader.next(Kind::Record, id_of(1)).record.name == "web");
    const std::size_t before = both.user.requests(id_of(1));
    wait_until([&] { return both.user.push("/events", event("create", id_of(1), "evil")); });
    wait_until([&] { return both.user.requests(id_of(1)) > before; });
    both.root.push("/events", event("remove", id_of(1)));
    reader.next(Kind::Removed, id_of(1));
    CHECK(reader.all().size() == 3);
}

TEST_CASE("a socket speaks for the user in whose folder it is, or who owns it") {
    FakeHost host;
    for (const char* folder : {"run/user/4711/podman", "run/user/0", "run/podman"})
        std::filesystem::create_directories(host / folder);
    CHECK(socket_owner(host.root(), host / "run/user/4711/podman/podman.sock") == kUser);
    host.file("run/user/0/docker.sock", "");
    CHECK(socket_owner(host.root(), host / "run/user/0/docker.sock") == kRoot);
    host.file("run/podman/podman.sock", "");
    CHECK(socket_owner(host.root(), host / "run/podman/podman.sock") == kRoot);
    if (::geteuid() != 0) return;  // only root can give files away
    const std::string socket = host / "run/podman/podman.sock", folder = host / "run/podman";
    REQUIRE(::chown(socket.c_str(), kUser, kUser) == 0);
    CHECK(socket_owner(host.root(), socket) == kUser);
    REQUIRE(::chown(socket.c_str(), 0, 0) == 0);
    REQUIRE(::chown(folder.c_str(), kUser, kUser) == 0);
    CHECK(socket_owner(host.root(), socket) == kUser);
    CHECK(socket_owner(host.root(), host / "run/user/0/docker.sock") == kRoot);
    REQUIRE(::lchown((host / "run/user/0").c_str(), kUser, kUser) == 0);
    std::filesystem::create_symlink(socket, host / "link");
    CHECK(socket_owner(host.root(), host / "link") == kUser);
    REQUIRE(::chown(folder.c_str(), 0, 0) == 0);
    CHECK(socket_owner(host.root(), host / "link") == kRoot);
    REQUIRE(::lchown((host / "link").c_str(), kUser, kUser) == 0);
    CHECK(socket_owner(host.root(), host / "link") == kUser);
}

TEST_CASE("whose a container is stands at the beginning of its control group's path") {
    const auto owner = [](const std::string& path) {
        return container_owner(id_of(1), "cpu=" + path + id_of(1) + ".scope");
    };
    CHECK(owner(kOfUser) == kUser);
    CHECK(owner("/../.." + kOfUser) == kUser);
    CHECK(owner("/user.slice/user-0.slice/session-1.scope/libpod-") == kRoot);
    CHECK_FALSE(owner(kOfRoot).has_value());
    // What somebody made in a container of root's.
    CHECK_FALSE(owner("/system.slice/docker-" + id_of(2) + ".scope" + kOfUser).has_value());
    CHECK_FALSE(owner("/user.slice/user-.slice/libpod-").has_value());
    CHECK_FALSE(owner("/user.slice/user-4711/libpod-").has_value());
    CHECK_FALSE(container_owner(id_of(2), "cpu=" + kOfUser + id_of(1) + ".scope").has_value());
    CHECK_FALSE(container_owner(id_of(1), "").has_value());
}
