// SPDX-License-Identifier: Apache-2.0
// A plain client for tests of the web server: sends bytes, reads until the end or enough has come.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <string_view>

#include "base/fd.hpp"
#include "tests/support/catch.hpp"

namespace sensor::testing {

class Client {
public:
    explicit Client(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in to = {};
        to.sin_family = AF_INET;
        to.sin_port = htons(port);
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        REQUIRE(::connect(fd_.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0);
    }

    void send(std::string_view bytes) {
        while (!bytes.empty()) {
            const ssize_t n = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (n <= 0) return;  // the server has ended it
            bytes.remove_prefix(static_cast<std::size_t>(n));
        }
    }
    int fd() const { return fd_.get(); }
    /// Says that nothing more is sent.
    void finish() { ::shutdown(fd_.get(), SHUT_WR); }

    /// One answer: head and as many bytes of body as it says; what there is if it ends before.
    std::string answer(bool has_body = true) {
        while (buffer_.find("\r\n\r\n") == std::string::npos) {
            if (!more()) return take(buffer_.size());
        }
        const std::size_t head = buffer_.find("\r\n\r\n") + 4;
        const std::size_t length = has_body ? length_in(buffer_.substr(0, head)) : 0;
        while (buffer_.size() < head + length) {
            if (!more()) break;
        }
        return take(std::min(buffer_.size(), head + length));
    }
    std::string ask(std::string_view bytes) {
        send(bytes);
        return answer();
    }
    /// The server has closed, and nothing else came. Waits for it.
    bool ended() { return buffer_.empty() && !more(); }

private:
    static constexpr int kPatienceMs = 20000;

    bool more() {
        pollfd wait = {fd_.get(), POLLIN, 0};
        REQUIRE(::poll(&wait, 1, kPatienceMs) == 1);
        char part[4096];
        const ssize_t n = ::recv(fd_.get(), part, sizeof part, 0);
        if (n <= 0) return false;
        buffer_.append(part, static_cast<std::size_t>(n));
        return true;
    }
    std::string take(std::size_t size) {
        std::string out = buffer_.substr(0, size);
        buffer_.erase(0, size);
        return out;
    }
    static std::size_t length_in(const std::string& head) {
        const std::size_t at = head.find("Content-Length: ");
        return at == std::string::npos ? 0 : std::stoul(head.substr(at + 16));
    }

    Fd fd_;
    std::string buffer_;
};

inline unsigned status_of(const std::string& answer) {
    return answer.starts_with("HTTP/1.1 ") ? static_cast<unsigned>(std::stoul(answer.substr(9)))
                                           : 0;
}

inline std::string body_of(const std::string& answer) {
    const std::size_t head = answer.find("\r\n\r\n");
    return head == std::string::npos ? "" : answer.substr(head + 4);
}

}  // namespace sensor::testing
