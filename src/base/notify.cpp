// SPDX-License-Identifier: Apache-2.0
#include "base/notify.hpp"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>

#include "base/log.hpp"

namespace sensor {
namespace {

/// A variable's value, which is gone from the environment then.
std::string take_variable(const char* name) {
    const char* const value = std::getenv(name);
    std::string taken = value == nullptr ? "" : value;
    ::unsetenv(name);
    return taken;
}

std::uint64_t number(const std::string& text) {
    std::uint64_t value = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    return read.ec == std::errc() && read.ptr == text.data() + text.size() ? value : 0;
}

Result<Fd> connect_to(const std::string& name) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if ((name[0] != '/' && name[0] != '@') || name.size() < 2)
        return Error("NOTIFY_SOCKET=" + name + ": neither a path nor an abstract name");
    if (name.size() >= sizeof address.sun_path) return Error("NOTIFY_SOCKET is too long");
    std::memcpy(address.sun_path, name.data(), name.size());
    if (name[0] == '@') address.sun_path[0] = '\0';
    // An abstract name has no end of its own: the length counts.
    const auto length =
        static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size() + (name[0] == '/'));
    Fd fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (!fd || ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), length) != 0)
        return errno_error("NOTIFY_SOCKET=" + name, errno);
    const timeval patience{1, 0};
    ::setsockopt(fd.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    return fd;
}

/// A text that stays one line.
std::string one_line(std::string_view text) {
    std::string line(text);
    for (char& c : line) {
        if (c == '\n') c = ' ';
    }
    return line;
}

}  // namespace

Result<Notifier> Notifier::from_environment() {
    const std::string name = take_variable("NOTIFY_SOCKET");
    const std::string every = take_variable("WATCHDOG_USEC"), who = take_variable("WATCHDOG_PID");
    Notifier made;
    if (name.empty()) return made;
    SENSOR_TRY(made.socket_, connect_to(name));
    const bool is_me = who.empty() || number(who) == static_cast<std::uint64_t>(::getpid());
    if (is_me) made.watchdog_ns_ = number(every) * 1000;
    return made;
}

void Notifier::ready(std::string_view text) const {
    send(format("READY=1\nSTATUS={}\n", one_line(text)), 0);
}
void Notifier::status(std::string_view text) const {
    send(format("STATUS={}\n", one_line(text)), 0);
}
void Notifier::stopping() const { send("STOPPING=1\n", 0); }

void Notifier::reloading() const {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    send(format("RELOADING=1\nMONOTONIC_USEC={}\n", now.tv_sec * 1'000'000 + now.tv_nsec / 1000),
         0);
}

// One that does not get through is sent again at the next turn of the loop.
void Notifier::send_beat(std::uint64_t now_ns) {
    if (send("WATCHDOG=1\n", MSG_DONTWAIT)) last_beat_ns_ = now_ns;
}

bool Notifier::send(std::string_view lines, int flags) const {
    if (!socket_) return true;
    if (::send(socket_.get(), lines.data(), lines.size(), flags | MSG_NOSIGNAL) >= 0) return true;
    log::debug("{}", errno_error("the service manager cannot be told", errno).text);
    return false;
}

}  // namespace sensor
