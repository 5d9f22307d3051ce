// SPDX-License-Identifier: Apache-2.0
// Where the sockets of runtimes are, and who is spoken to there.
#include "runtimes/sockets.hpp"

#include <unistd.h>

#include <cerrno>

#include "fake_host.hpp"
#include "talk.hpp"

using namespace sensor;
using namespace sensor::runtimes;
using namespace sensor::runtimes::test;

TEST_CASE("sockets are where they are said to be, or where they usually are") {
    WatcherOptions options;
    CHECK(socket_paths(RuntimeKind::Docker, options).front() == "/var/run/docker.sock");
    CHECK(socket_paths(RuntimeKind::Cri, options).size() == 4);
    options.cri.sockets = {"/a", "/b"};
    options.podman.enabled = false;
    CHECK(socket_paths(RuntimeKind::Cri, options) == std::vector<std::string>{"/a", "/b"});
    CHECK(socket_paths(RuntimeKind::Podman, options).empty());
}

TEST_CASE("below another root sockets of users are found, and links do not lead out of it") {
    FakeHost host;
    WatcherOptions options;
    options.host_root = host.root();
    host.file("run/user/1000/podman/podman.sock", "");
    host.file("run/user/1001/other", "");
    host.file("run/user/nobody/podman/podman.sock", "");
    std::filesystem::create_directory(host / "var");
    std::filesystem::create_directory_symlink("/run", host / "var/run");
    CHECK(socket_paths(RuntimeKind::Podman, options) ==
          std::vector<std::string>{host / "run/podman/podman.sock",
                                   host / "run/user/1000/podman/podman.sock"});
    CHECK(socket_paths(RuntimeKind::Docker, options).front() == host / "run/docker.sock");
    options.docker.sockets = {"/mine.sock"};
    CHECK(socket_paths(RuntimeKind::Docker, options).front() == host / "mine.sock");
}

TEST_CASE("only a socket that is configured, or that is where they usually are, is one to ask") {
    WatcherOptions options;
    CHECK(is_socket_of("/var/run/docker.sock", options));
    CHECK(is_socket_of("/run/user/4711/podman/podman.sock", options));
    CHECK(is_socket_of("/run/user/4711/docker.sock", options));
    CHECK_FALSE(is_socket_of("/run/user/4711/other.sock", options));
    CHECK_FALSE(is_socket_of("/run/user/4711/../../docker.sock", options));
    CHECK_FALSE(is_socket_of("/run/user/x/docker.sock", options));
    CHECK_FALSE(is_socket_of("/run/user/04711/docker.sock", options));
    CHECK_FALSE(is_socket_of("/run/systemd/private", options));
    CHECK_FALSE(is_socket_of("", options));
    options.podman.enabled = false;
    CHECK_FALSE(is_socket_of("/run/user/4711/podman/podman.sock", options));
    options.docker.sockets = {"/mine.sock"};
    CHECK(is_socket_of("/mine.sock", options));
    CHECK_FALSE(is_socket_of("/var/run/docker.sock", options));
    options.host_root = "/host";
    CHECK(is_socket_of("/host/mine.sock", options));
    CHECK_FALSE(is_socket_of("/mine.sock", options));
}

TEST_CASE("in a user's folder nobody but that user is spoken to") {
    FakeHost host;
    const auto folder = [&](const std::string& path) {
        std::filesystem::create_directories(host / path);
        return host / (path + "/podman.sock");
    };
    const auto answer = [](const std::string&) { return not_found(); };
    const StandIn roots(folder("run/podman"), answer);
    CHECK(connect_to(host / "run/podman/podman.sock", host.root()).has_value());
    const std::string link = folder("run/user/4711/podman");
    std::filesystem::create_symlink(host / "run/podman/podman.sock", link);
    const auto refused = connect_to(link, host.root());
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == EPERM);
    CHECK(refused.error().text.find("in a folder of user 4711") != std::string::npos);
    const auto none = connect_to(folder("run/user/4712/podman"), host.root());
    REQUIRE_FALSE(none.has_value());
    CHECK(none.error().code == ENOENT);
    CHECK_FALSE(connect_to(std::string(200, 'x'), host.root()).has_value());
    if (::geteuid() != 0) return;  // only root can be another
    const StandIn users(folder("run/user/4713/podman"), answer, 4713);
    CHECK(connect_to(host / "run/user/4713/podman/podman.sock", host.root()).has_value());
}
