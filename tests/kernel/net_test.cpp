// SPDX-License-Identifier: Apache-2.0
// Socket calls: tuples and addresses in capture encoding.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "tests/support/catch.hpp"
#include "watch.hpp"

using namespace sensor;
using namespace kernel_test;

namespace {

std::string bytes_of(std::initializer_list<int> bytes) {
    std::string s;
    for (const int b : bytes) s.push_back(static_cast<char>(b));
    return s;
}

std::string port(std::uint16_t p) {
    return {static_cast<char>(p & 0xff), static_cast<char>(p >> 8)};
}

const std::string kLocal4 = bytes_of({127, 0, 0, 1});
const std::string kLocal6 = std::string(15, '\0') + '\1';

// A port nobody uses, found by binding to 0 and closing again.
std::uint16_t free_port() {
    const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in a{};
    a.sin_family = AF_INET;
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::bind(fd, reinterpret_cast<sockaddr*>(&a), sizeof a) == 0);
    socklen_t n = sizeof a;
    REQUIRE(::getsockname(fd, reinterpret_cast<sockaddr*>(&a), &n) == 0);
    ::close(fd);
    return ntohs(a.sin_port);
}

sockaddr_in address4(std::uint16_t p) {
    sockaddr_in a{};
    a.sin_family = AF_INET;
    a.sin_port = htons(p);
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return a;
}

sockaddr_in6 address6(std::uint16_t p) {
    sockaddr_in6 a{};
    a.sin6_family = AF_INET6;
    a.sin6_port = htons(p);
    a.sin6_addr = in6addr_loopback;
    return a;
}

template <typename A>
void serve_and_connect(const A& address, int family) {
    const auto* a = reinterpret_cast<const sockaddr*>(&address);
    const int server = ::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int one = 1;
    ::setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    ::bind(server, a, sizeof address);
    ::listen(server, 5);
    const int client = ::socket(family, SOCK_STREAM, 0);
    ::connect(client, a, sizeof address);
    const int peer = ::accept4(server, nullptr, nullptr, SOCK_CLOEXEC);
    ::send(client, "ping", 4, 0);
    char back[16];
    ::recv(peer, back, sizeof back, 0);
    ::shutdown(peer, SHUT_RDWR);
}

}  // namespace

TEST_CASE("TCP over IPv4: socket, bind, connect, accept, send, recv") {
    SKIP_WITHOUT_KERNEL();
    const std::uint16_t p = free_port();
    const Run run = watch([&] { serve_and_connect(address4(p), AF_INET); });
    const auto sockets = run.records.of(EventType::socket);
    REQUIRE(sockets.size() == 2);
    CHECK(number(sockets[0], "domain") == AF_INET);
    CHECK(number(sockets[0], "type") == SOCK_STREAM);
    CHECK(number(sockets[0], "proto") == 0);
    CHECK(number(sockets[0], "flags") == 0x1000);
    const auto binds = run.records.of(EventType::bind);
    REQUIRE(binds.size() == 1);
    CHECK(number(binds[0], "res") == 0);
    CHECK(text(binds[0], "addr") == "\2" + kLocal4 + port(p));
    const auto listens = run.records.of(EventType::listen);
    REQUIRE(listens.size() == 1);
    CHECK(number(listens[0], "backlog") == 5);

    const auto connects = run.records.of(EventType::connect);
    REQUIRE(connects.size() == 1);
    CHECK(number(connects[0], "res") == 0);
    CHECK(text(connects[0], "addr") == "\2" + kLocal4 + port(p));
    const std::string tuple(text(connects[0], "tuple"));
    REQUIRE(tuple.size() == 13);
    CHECK(tuple.substr(0, 5) == "\2" + kLocal4);
    CHECK(tuple.substr(7) == kLocal4 + port(p));
    REQUIRE(connects[0].fd_object() != nullptr);
    CHECK(connects[0].fd_object()->family == AF_INET);
    CHECK(connects[0].fd_object()->sock_type == SOCK_STREAM);
    CHECK(connects[0].fd_object_text() == tuple);

    const auto accepts = run.records.of(EventType::accept4);
    REQUIRE(accepts.size() == 1);
    CHECK(number(accepts[0], "fd") >= 0);
    CHECK(text(accepts[0], "tuple") == tuple);  // client first on both sides
    CHECK(number(accepts[0], "queuelen") == 0);
    CHECK(number(accepts[0], "queuemax") == 5);
    CHECK(number(accepts[0], "queuepct") == 0);
    CHECK(number(accepts[0], "flags") == SOCK_CLOEXEC);

    const auto sends = run.records.of(EventType::sendto);
    REQUIRE(sends.size() == 1);
    CHECK(text(sends[0], "data") == "ping");
    CHECK(number(sends[0], "size") == 4);
    CHECK(text(sends[0], "tuple") == tuple);
    const auto receives = run.records.of(EventType::recvfrom);
    REQUIRE(receives.size() == 1);
    CHECK(text(receives[0], "data") == "ping");
    CHECK(number(receives[0], "size") == 16);
    CHECK(text(receives[0], "tuple") == tuple);
    const auto shutdowns = run.records.of(EventType::shutdown);
    REQUIRE(shutdowns.size() == 1);
    CHECK(number(shutdowns[0], "how") == 2);
    const auto options = run.records.of(EventType::setsockopt);
    REQUIRE(options.size() == 1);
    CHECK(number(options[0], "level") == 1);
    CHECK(number(options[0], "optname") == 2);
    CHECK(text(options[0], "val") == bytes_of({2, 1, 0, 0, 0}));
    CHECK(number(options[0], "optlen") == 4);
}

TEST_CASE("TCP over IPv6") {
    SKIP_WITHOUT_KERNEL();
    const int probe = ::socket(AF_INET6, SOCK_STREAM, 0);
    sockaddr_in6 any = address6(0);
    const bool usable =
        probe >= 0 && ::bind(probe, reinterpret_cast<sockaddr*>(&any), sizeof any) == 0;
    ::close(probe);
    if (!usable) {
        WARN("no IPv6 loopback here: not tested");
        return;
    }
    const std::uint16_t p = free_port();
    const Run run = watch([&] { serve_and_connect(address6(p), AF_INET6); });
    const auto connects = run.records.of(EventType::connect);
    REQUIRE(connects.size() == 1);
    const std::string tuple(text(connects[0], "tuple"));
    REQUIRE(tuple.size() == 37);
    CHECK(tuple.substr(0, 17) == "\12" + kLocal6);
    CHECK(tuple.substr(19) == kLocal6 + port(p));
    CHECK(text(connects[0], "addr") == "\12" + kLocal6 + port(p));
    const auto accepts = run.records.of(EventType::accept4);
    REQUIRE(accepts.size() == 1);
    CHECK(text(accepts[0], "tuple") == tuple);
}

TEST_CASE("a connection refused has an address and no tuple") {
    SKIP_WITHOUT_KERNEL();
    const std::uint16_t p = free_port();
    const Run run = watch([&] {
        const sockaddr_in a = address4(p);
        ::connect(::socket(AF_INET, SOCK_STREAM, 0), reinterpret_cast<const sockaddr*>(&a),
                  sizeof a);
    });
    const auto connects = run.records.of(EventType::connect);
    REQUIRE(connects.size() == 1);
    CHECK(number(connects[0], "res") == -ECONNREFUSED);
    CHECK_FALSE(present(connects[0], "tuple"));
    CHECK(text(connects[0], "addr") == "\2" + kLocal4 + port(p));
}

TEST_CASE("a connection under way is no failure") {
    SKIP_WITHOUT_KERNEL();
    const sockaddr_in there = address4(free_port());
    const auto* const address = reinterpret_cast<const sockaddr*>(&there);
    const int server = ::socket(AF_INET, SOCK_STREAM, 0);
    REQUIRE(::bind(server, address, sizeof there) == 0);
    REQUIRE(::listen(server, 5) == 0);
    Setup setup;
    setup.adjust = [](capture::KernelOptions& options) { options.failed_calls = false; };
    const Run run = watch(setup, [&] {
        const int client = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        if (::connect(client, address, sizeof there) == 0 || errno != EINPROGRESS) ::_exit(1);
    });
    ::close(server);
    REQUIRE(run.status == 0);
    const auto connects = run.records.of(EventType::connect);
    REQUIRE(connects.size() == 1);
    CHECK(number(connects[0], "res") == -EINPROGRESS);
}

TEST_CASE("UDP: unconnected sockets take the caller's address") {
    SKIP_WITHOUT_KERNEL();
    const std::uint16_t p = free_port();
    const Run run = watch([&] {
        const sockaddr_in a = address4(p);
        const auto* to = reinterpret_cast<const sockaddr*>(&a);
        const int server = ::socket(AF_INET, SOCK_DGRAM, 0);
        ::bind(server, to, sizeof a);
        const int client = ::socket(AF_INET, SOCK_DGRAM, 0);
        ::sendto(client, "one", 3, 0, to, sizeof a);
        iovec parts[2] = {{const_cast<char*>("tw"), 2}, {const_cast<char*>("o!"), 2}};
        msghdr m{};
        m.msg_name = const_cast<sockaddr_in*>(&a);
        m.msg_namelen = sizeof a;
        m.msg_iov = parts;
        m.msg_iovlen = 2;
        ::sendmsg(client, &m, 0);
        mmsghdr many[3] = {};
        for (mmsghdr& each : many) each.msg_hdr = m;
        ::sendmmsg(client, many, 3, 0);
        char back[64];
        ::recvfrom(server, back, sizeof back, 0, nullptr, nullptr);
        iovec room = {back, sizeof back};
        sockaddr_in from{};
        msghdr r{};
        r.msg_name = &from;
        r.msg_namelen = sizeof from;
        r.msg_iov = &room;
        r.msg_iovlen = 1;
        ::recvmsg(server, &r, 0);
        mmsghdr in[3] = {};
        for (mmsghdr& each : in) each.msg_hdr = r;
        ::recvmmsg(server, in, 3, MSG_DONTWAIT, nullptr);
    });
    const auto sends = run.records.of(EventType::sendto);
    REQUIRE(sends.size() == 1);
    REQUIRE(text(sends[0], "tuple").size() == 13);
    CHECK(text(sends[0], "tuple").substr(7) == kLocal4 + port(p));
    const auto messages = run.records.of(EventType::sendmsg);
    REQUIRE(messages.size() == 1);
    CHECK(text(messages[0], "data") == "two!");
    CHECK(number(messages[0], "size") == 4);
    CHECK(text(messages[0], "tuple").substr(7) == kLocal4 + port(p));
    const auto many = run.records.of(EventType::sendmmsg);
    REQUIRE(many.size() == 3);  // one event a message
    for (const Event& e : many) {
        CHECK(number(e, "res") == 4);
        CHECK(text(e, "data") == "two!");
        CHECK(text(e, "tuple").substr(7) == kLocal4 + port(p));
    }
    const auto received = run.records.of(EventType::recvmsg);
    REQUIRE(received.size() == 1);
    CHECK(text(received[0], "data") == "two!");
    CHECK(number(received[0], "size") == 64);
    CHECK(text(received[0], "tuple").substr(1, 4) == kLocal4);  // the sender, from msg_name
    CHECK(text(received[0], "tuple").substr(7) == kLocal4 + port(p));
    REQUIRE(run.records.of(EventType::recvmmsg).size() == 3);
    CHECK(text(run.records.of(EventType::recvmmsg)[2], "data") == "two!");
}

TEST_CASE("unix sockets: paths, abstract names, pairs") {
    SKIP_WITHOUT_KERNEL();
    const TempFolder temp;
    const Run run = watch([&] {
        sockaddr_un a{};
        a.sun_family = AF_UNIX;
        std::strncpy(a.sun_path, temp.file("sock").c_str(), sizeof a.sun_path - 1);
        const auto* to = reinterpret_cast<const sockaddr*>(&a);
        const int server = ::socket(AF_UNIX, SOCK_STREAM, 0);
        ::bind(server, to, sizeof a);
        ::listen(server, 1);
        const int client = ::socket(AF_UNIX, SOCK_STREAM, 0);
        ::connect(client, to, sizeof a);
        ::accept(server, nullptr, nullptr);
        sockaddr_un hidden{};
        hidden.sun_family = AF_UNIX;
        std::memcpy(hidden.sun_path, "\0abstract", 9);
        ::bind(::socket(AF_UNIX, SOCK_DGRAM, 0), reinterpret_cast<sockaddr*>(&hidden),
               sizeof(sa_family_t) + 9);
        int pair[2];
        ::socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
    });
    const std::string path = temp.file("sock") + '\0';
    const auto connects = run.records.of(EventType::connect);
    REQUIRE(connects.size() == 1);
    CHECK(text(connects[0], "addr") == "\1" + path);
    const std::string tuple(text(connects[0], "tuple"));
    REQUIRE(tuple.size() == 17 + path.size());
    CHECK(tuple.substr(17) == path);
    const auto accepts = run.records.of(EventType::accept);
    REQUIRE(accepts.size() == 1);
    const std::string accepted(text(accepts[0], "tuple"));
    REQUIRE(accepted.size() == 17 + path.size());
    CHECK(accepted.substr(1, 8) == tuple.substr(1, 8));  // the server's socket on both sides
    CHECK(accepted.substr(9, 8) == tuple.substr(9, 8));
    const auto binds = run.records.of(EventType::bind);
    REQUIRE(binds.size() == 2);
    CHECK(text(binds[1], "addr") == std::string("\1abstract") + '\0');
    const auto pairs = run.records.of(EventType::socketpair);
    REQUIRE(pairs.size() == 1);
    CHECK(number(pairs[0], "fd2") == number(pairs[0], "fd1") + 1);
    CHECK(number(pairs[0], "source") != 0);
    CHECK(number(pairs[0], "peer") != 0);
    CHECK(number(pairs[0], "source") != number(pairs[0], "peer"));
}
