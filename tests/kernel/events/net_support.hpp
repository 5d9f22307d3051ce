// SPDX-License-Identifier: Apache-2.0
// Sockets on the loopback address for cases, and addresses as captures have them.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include "case_support.hpp"

namespace kernel_test {

inline const sockaddr* generic(const sockaddr_in& address) {
    return reinterpret_cast<const sockaddr*>(&address);
}

/// 127.0.0.1 and a port.
inline sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

/// A socket bound to a free port of the loopback address.
inline int bound_socket(int type) {
    const int fd = ::socket(AF_INET, type, 0);
    const sockaddr_in any = loopback(0);
    return ::bind(fd, generic(any), sizeof any) == 0 ? fd : -1;
}

inline sockaddr_in address_of(int fd) {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
    return address;
}

/// Address in network order, port in the order of the machine.
inline std::string end_of(const sockaddr_in& address) {
    return bytes_of(address.sin_addr.s_addr) + bytes_of(ntohs(address.sin_port));
}
inline std::string captured_address(const sockaddr_in& address) { return '\2' + end_of(address); }
/// Who began, or sent, stands first.
inline std::string tuple(const sockaddr_in& from, const sockaddr_in& to) {
    return '\2' + end_of(from) + end_of(to);
}

/// Two bound sockets and what is known of their datagrams.
struct Datagrams {
    int sender = bound_socket(SOCK_DGRAM), receiver = bound_socket(SOCK_DGRAM);
    sockaddr_in from = address_of(sender), to = address_of(receiver);
    std::string tuple = kernel_test::tuple(from, to);

    void send(std::string_view bytes) const {
        ::sendto(sender, bytes.data(), bytes.size(), 0, generic(to), sizeof to);
    }
};

/// The event is about a datagram "hello" of `size` bytes, or into so much room.
inline void expect_datagram(Expect& expect, int fd, std::int64_t size) {
    expect.text("data", "hello");
    expect.number("fd", fd);
    expect.number("size", size);
}

}  // namespace kernel_test
