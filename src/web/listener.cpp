// SPDX-License-Identifier: Apache-2.0
#include "web/listener.hpp"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "base/log.hpp"

namespace sensor::web {
namespace {

constexpr int kBacklog = 1024;
constexpr int kSilentSeconds = 5;

using Addresses = std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)>;

/// From the text alone: no name is looked up.
Addresses parse(const std::string& address, std::uint16_t port) {
    addrinfo hints = {};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE;
    addrinfo* found = nullptr;
    const std::string service = std::to_string(port);
    // Older forms of IPv4, such as "127.1", are addresses to the library, but mistakes here.
    in_addr four = {};
    const bool plain =
        address.find(':') != std::string::npos || ::inet_pton(AF_INET, address.c_str(), &four) == 1;
    if (!plain || ::getaddrinfo(address.c_str(), service.c_str(), &hints, &found) != 0)
        found = nullptr;
    return {found, &::freeaddrinfo};
}

std::string shown(const WebOptions& options) {
    const bool v6 = options.address.find(':') != std::string::npos;
    return format("{}{}{}:{}", v6 ? "[" : "", options.address, v6 ? "]" : "", options.port);
}

std::uint16_t port_of(int fd) {
    sockaddr_storage address = {};
    socklen_t size = sizeof address;
    if (::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
    // The port stands at the same place in both.
    sockaddr_in view = {};
    std::memcpy(&view, &address, sizeof view);
    return ntohs(view.sin_port);
}

}  // namespace

Result<Listener> listen_on(const WebOptions& options) {
    const Addresses address = parse(options.address, options.port);
    if (!address)
        return Error("webserver.listen_address '" + options.address +
                     "' is no IPv4 or IPv6 address (names are not looked up)");
    Listener out;
    const auto failed = [&options] {
        return errno_error("Web server could not listen on " + shown(options), errno);
    };
    out.is_v6 = address->ai_family == AF_INET6;
    out.fd = Fd(::socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!out.fd) return failed();
    const int on = 1;
    (void)::setsockopt(out.fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    // Not known to every kernel that runs under containers; without it silent clients are seen too.
    (void)::setsockopt(out.fd.get(), IPPROTO_TCP, TCP_DEFER_ACCEPT, &kSilentSeconds,
                       sizeof kSilentSeconds);
    if (::bind(out.fd.get(), address->ai_addr, address->ai_addrlen) != 0) return failed();
    if (::listen(out.fd.get(), kBacklog) != 0) return failed();
    out.port = port_of(out.fd.get());
    return out;
}

Fd accept_from(int listening) {
    Fd fd(::accept4(listening, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    const int on = 1;
    // An answer goes at once, not after the client has acknowledged the one before.
    if (fd) (void)::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

}  // namespace sensor::web
