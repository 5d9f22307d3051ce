// SPDX-License-Identifier: Apache-2.0
// A receiver of POSTs that writes every body as a line into a file before it answers 200, so that a
// kill loses nothing it has answered. One thread, fast enough for thousands a second.
//
//   http_sink PORT FILE     PORT 0: any; the first line it prints is the one it has
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>

namespace {

constexpr char kAnswer[] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

int listen_on(int port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int on = 1;
    ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(fd, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(fd, 128) != 0) {
        std::perror("http_sink");
        std::exit(1);
    }
    ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
    std::printf("%d\n", ntohs(address.sin_port));
    std::fflush(stdout);
    return fd;
}

/// Takes whole requests off the front; out: how many there were.
int take_requests(std::string& text, std::string& bodies) {
    int count = 0;
    for (;;) {
        const std::size_t end = text.find("\r\n\r\n");
        if (end == std::string::npos) return count;
        const std::size_t at = text.find("Content-Length: ");
        const std::size_t length = at < end ? std::strtoul(text.c_str() + at + 16, nullptr, 10) : 0;
        if (text.size() < end + 4 + length) return count;
        bodies.append(text, end + 4, length) += '\n';
        text.erase(0, end + 4 + length);
        ++count;
    }
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 3) return 2;
    const int server = listen_on(std::atoi(arguments[1]));
    const int file = ::open(arguments[2], O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
    const int poll = ::epoll_create1(EPOLL_CLOEXEC);
    const auto watch = [&](int fd) {
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.fd = fd;
        ::epoll_ctl(poll, EPOLL_CTL_ADD, fd, &event);
    };
    watch(server);
    std::map<int, std::string> open;
    for (;;) {
        epoll_event events[64];
        const int ready = ::epoll_wait(poll, events, 64, -1);
        for (int k = 0; k < ready; ++k) {
            const int fd = events[k].data.fd;
            if (fd == server) {
                const int made = ::accept4(server, nullptr, nullptr, SOCK_CLOEXEC);
                const int on = 1;
                ::setsockopt(made, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
                open[made];
                watch(made);
                continue;
            }
            char bytes[65536];
            const ssize_t size = ::recv(fd, bytes, sizeof bytes, 0);
            if (size <= 0) {
                ::close(fd);
                open.erase(fd);
                continue;
            }
            std::string& text = open[fd];
            text.append(bytes, static_cast<std::size_t>(size));
            std::string bodies;
            int requests = take_requests(text, bodies);
            if (requests != 0 && ::write(file, bodies.data(), bodies.size()) < 0) return 1;
            for (; requests > 0; --requests)
                if (::send(fd, kAnswer, sizeof kAnswer - 1, MSG_NOSIGNAL) < 0) break;
        }
    }
}
