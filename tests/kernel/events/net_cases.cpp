// SPDX-License-Identifier: Apache-2.0
// Cases of events about sockets: making, naming, connecting, options, closing.
#include <netinet/tcp.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/un.h>

#include <cstring>

#include "net_support.hpp"

using namespace kernel_test;

namespace {

/// A listening socket with two connections waiting.
struct Listening {
    int fd = bound_socket(SOCK_STREAM);
    sockaddr_in address = address_of(fd), first_client{};

    Listening() {
        ::listen(fd, 5);
        const int clients[2] = {::socket(AF_INET, SOCK_STREAM, 0),
                                ::socket(AF_INET, SOCK_STREAM, 0)};
        for (const int client : clients) ::connect(client, generic(address), sizeof address);
        first_client = address_of(clients[0]);
        for (int n = 0; n < 1000 && waiting() < 2; ++n) ::usleep(1000);
    }
    /// Connections to accept.
    unsigned waiting() const {
        tcp_info info{};
        socklen_t size = sizeof info;
        ::getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size);
        return info.tcpi_unacked;
    }
};

void expect_accepted(kernel_test::Expect& expect, const Listening& server, long fd) {
    expect.number("fd", fd);
    expect.text("tuple", tuple(server.first_client, server.address));
    expect.number("queuepct", 20);  // the other one still waits
    expect.number("queuelen", 1);
    expect.number("queuemax", 5);
}

}  // namespace

EVENT_CASE(socket) {
    const int type = SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK;
    expect.number("fd", call(SYS_socket, AF_INET, type, IPPROTO_UDP));
    expect.number("domain", 2);
    expect.number("type", 2);
    expect.number("proto", 17);
    expect.number("flags", 0x1000 | 0x40);
}

EVENT_CASE(socketpair) {
    int fds[2] = {-1, -1};
    expect.number("res", call(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, fds));
    expect.number("fd1", fds[0]);
    expect.number("fd2", fds[1]);
    expect.some("source");  // where the kernel keeps them
    expect.some("peer");
    expect.number("domain", 1);
    expect.number("type", 1);
    expect.number("proto", 0);
}

EVENT_CASE(bind) {
    const Folder folder;
    const std::string name = folder.file("socket");
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, name.c_str(), sizeof address.sun_path - 1);
    const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
    expect.number("res", call(SYS_bind, fd, &address, sizeof address));
    expect.text("addr", '\1' + name + '\0');
    expect.number("fd", fd);
}

EVENT_CASE(connect) {
    const int server = bound_socket(SOCK_STREAM), client = bound_socket(SOCK_STREAM);
    ::listen(server, 1);
    const sockaddr_in to = address_of(server);
    expect.number("res", call(SYS_connect, client, &to, sizeof to));
    expect.text("tuple", tuple(address_of(client), to));
    expect.number("fd", client);
    expect.text("addr", captured_address(to));
}

EVENT_CASE(listen) {
    const int fd = bound_socket(SOCK_STREAM);
    expect.number("res", call(SYS_listen, fd, 5));
    expect.number("fd", fd);
    expect.number("backlog", 5);
}

EVENT_CASE(accept) {
    const Listening server;
    expect_accepted(expect, server, call(SYS_accept, server.fd, nullptr, nullptr));
}

EVENT_CASE(accept4) {
    const Listening server;
    expect_accepted(expect, server, call(SYS_accept4, server.fd, nullptr, nullptr, SOCK_CLOEXEC));
    expect.number("flags", SOCK_CLOEXEC);
}

EVENT_CASE(shutdown) {
    int fds[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM, 0, fds) != 0) return;
    expect.number("res", call(SYS_shutdown, fds[0], SHUT_RDWR));
    expect.number("fd", fds[0]);
    expect.number("how", 2);
}

EVENT_CASE(setsockopt) {
    const int fd = ::socket(AF_INET, SOCK_DGRAM, 0);
    const timeval time{3, 500'000};
    expect.number("res", call(SYS_setsockopt, fd, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time));
    expect.number("fd", fd);
    expect.number("level", 1);
    expect.number("optname", 0x14);
    expect.text("val", dynamic('\4', std::uint64_t{3'500'000'000}));
    expect.number("optlen", sizeof time);
}

EVENT_CASE(getsockopt) {
    int fds[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM, 0, fds) != 0) return;
    ucred peer{};
    socklen_t size = sizeof peer;
    expect.number("res", call(SYS_getsockopt, fds[0], SOL_SOCKET, SO_PEERCRED, &peer, &size));
    expect.number("fd", fds[0]);
    expect.number("level", 1);
    expect.number("optname", 0x11);
    expect.text("val", dynamic('\0', peer));
    expect.number("optlen", sizeof peer);
}

// These have no parameters: that they are reported is all there is.
EVENT_CASE(getsockname) {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    call(SYS_getsockname, bound_socket(SOCK_DGRAM), &address, &size);
}

EVENT_CASE(getpeername) {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    call(SYS_getpeername, bound_socket(SOCK_DGRAM), &address, &size);
}
