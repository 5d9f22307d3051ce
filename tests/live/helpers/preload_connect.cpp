// SPDX-License-Identifier: Apache-2.0
// A library that connects to 198.51.100.7:4444 when it is loaded. Forced into a program of the base
// system by live_test.py, which listens on that address in a network namespace of its own.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

__attribute__((constructor)) void connect_out() {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return;
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(4444);
    inet_pton(AF_INET, "198.51.100.7", &address.sin_addr);
    (void)connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address);
    close(fd);
}

}  // namespace
