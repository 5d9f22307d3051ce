// SPDX-License-Identifier: Apache-2.0
// The service manager is a socket of the test.
#include "base/notify.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

#include "tests/support/catch.hpp"

using namespace sensor;

namespace {

/// A manager's socket under a name; NOTIFY_SOCKET says it.
class Manager {
public:
    explicit Manager(const std::string& name) : name_(name) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path, name.data(), name.size());
        if (name[0] == '@') address.sun_path[0] = '\0';
        const std::size_t length =
            offsetof(sockaddr_un, sun_path) + name.size() + (name[0] == '/' ? 1 : 0);
        socket_ = Fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
        REQUIRE(::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address),
                       static_cast<socklen_t>(length)) == 0);
        ::setenv("NOTIFY_SOCKET", name.c_str(), 1);
    }
    ~Manager() {
        if (name_[0] == '/') ::unlink(name_.c_str());
        ::unsetenv("WATCHDOG_USEC");
        ::unsetenv("WATCHDOG_PID");
        ::unsetenv("NOTIFY_SOCKET");
    }
    Manager(const Manager&) = delete;
    Manager& operator=(const Manager&) = delete;

    /// The next message, "" if there is none.
    std::string next() {
        char buffer[1000];
        const ssize_t n = ::recv(socket_.get(), buffer, sizeof buffer, MSG_DONTWAIT);
        return n < 0 ? "" : std::string(buffer, static_cast<std::size_t>(n));
    }

private:
    const std::string name_;
    Fd socket_;
};

std::string abstract_name() { return "@sensor-notify-test-" + std::to_string(::getpid()); }

Notifier made() {
    Result<Notifier> notifier = Notifier::from_environment();
    REQUIRE(notifier.has_value());
    return *std::move(notifier);
}

constexpr std::uint64_t kSecond = 1'000'000'000;

}  // namespace

TEST_CASE("the manager is told what goes on, by a path and by an abstract name") {
    char folder[] = "/tmp/notify_test_XXXXXX";
    REQUIRE(::mkdtemp(folder) != nullptr);
    for (const std::string& name : {std::string(folder) + "/socket", abstract_name()}) {
        Manager manager(name);
        const Notifier notifier = made();
        CHECK(notifier.is_told());
        notifier.ready("watching\nwith 5 rules");
        CHECK(manager.next() == "READY=1\nSTATUS=watching with 5 rules\n");
        notifier.status("busy");
        CHECK(manager.next() == "STATUS=busy\n");
        timespec before{}, after{};
        ::clock_gettime(CLOCK_MONOTONIC, &before);
        notifier.reloading();
        ::clock_gettime(CLOCK_MONOTONIC, &after);
        const std::string said = manager.next();
        const std::string head = "RELOADING=1\nMONOTONIC_USEC=";
        REQUIRE(said.rfind(head, 0) == 0);
        const long long us = std::atoll(said.c_str() + head.size());
        CHECK(us >= before.tv_sec * 1'000'000LL + before.tv_nsec / 1000);
        CHECK(us <= after.tv_sec * 1'000'000LL + after.tv_nsec / 1000);
        notifier.stopping();
        CHECK(manager.next() == "STOPPING=1\n");
        CHECK(manager.next().empty());
    }
    ::rmdir(folder);
}

TEST_CASE("the watchdog is fed at half of its time, and only that of this process") {
    Manager manager(abstract_name());
    ::setenv("WATCHDOG_USEC", "4000000", 1);
    ::setenv("WATCHDOG_PID", std::to_string(::getpid()).c_str(), 1);
    Notifier notifier = made();
    CHECK(notifier.watchdog_ns() == 4 * kSecond);
    notifier.beat(100 * kSecond);
    CHECK(manager.next() == "WATCHDOG=1\n");
    notifier.beat(102 * kSecond - 1);
    CHECK(manager.next().empty());
    notifier.beat(102 * kSecond);
    CHECK(manager.next() == "WATCHDOG=1\n");

    ::setenv("NOTIFY_SOCKET", abstract_name().c_str(), 1);
    ::setenv("WATCHDOG_USEC", "4000000", 1);
    ::setenv("WATCHDOG_PID", std::to_string(::getpid() + 1).c_str(), 1);
    Notifier other = made();
    CHECK(other.watchdog_ns() == 0);
    other.beat(200 * kSecond);
    CHECK(manager.next().empty());
}

TEST_CASE("what is started later finds nothing of the manager in the environment") {
    Manager manager(abstract_name());
    ::setenv("WATCHDOG_USEC", "1", 1);
    ::setenv("WATCHDOG_PID", "1", 1);
    const Notifier notifier = made();
    for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"})
        CHECK(std::getenv(name) == nullptr);
}

TEST_CASE("without a manager nothing is told, and a name that is none is an error") {
    ::unsetenv("NOTIFY_SOCKET");
    Notifier nobody = made();
    CHECK_FALSE(nobody.is_told());
    nobody.ready("x");
    nobody.beat(kSecond);
    for (const char* name : {"relative/path", "@", "/nonexistent/socket"}) {
        ::setenv("NOTIFY_SOCKET", name, 1);
        const auto result = Notifier::from_environment();
        REQUIRE_FALSE(result.has_value());
        CHECK(result.error().text.find("NOTIFY_SOCKET") != std::string::npos);
    }
    ::setenv("NOTIFY_SOCKET", ("/" + std::string(200, 'x')).c_str(), 1);
    CHECK_FALSE(Notifier::from_environment().has_value());
    CHECK(std::getenv("NOTIFY_SOCKET") == nullptr);
}
