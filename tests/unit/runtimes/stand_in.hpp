// SPDX-License-Identifier: Apache-2.0
// StandIn: a server on a unix socket that answers as a test says: rightly, with garbage, with far
// too much, never; that can go and come back. For what real engines do not do on demand.
#pragma once

#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/fd.hpp"

namespace sensor::runtimes::test {

/// A folder of its own that goes with it.
class TempFolder {
public:
    TempFolder() {
        std::string name = (std::filesystem::temp_directory_path() / "runtimesXXXXXX").string();
        path_ = ::mkdtemp(name.data());
    }
    ~TempFolder() { std::filesystem::remove_all(path_); }
    TempFolder(const TempFolder&) = delete;
    TempFolder& operator=(const TempFolder&) = delete;
    std::string operator/(const std::string& name) const { return path_ + "/" + name; }
    const std::string& path() const { return path_; }

private:
    std::string path_;
};

/// What is sent back. Without `close` the connection stays open, for more by `push`.
struct Reply {
    std::string bytes;
    bool close = true;
};

inline Reply answer(const std::string& body, const char* status = "200 OK") {
    return {std::string("HTTP/1.1 ") + status +
            "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
            "\r\nConnection: close\r\n\r\n" + body};
}
inline Reply stream() {
    return {"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n", false};
}
inline Reply silence() { return {"", false}; }
inline Reply not_found() { return answer(R"({"message":"no such thing"})", "404 Not Found"); }

class StandIn {
public:
    using Handler = std::function<Reply(const std::string& target)>;

    /// user: whose it is, for who asks the kernel; only root can make it another's
    StandIn(std::string path, Handler handler, uid_t user = ::geteuid())
        : path_(std::move(path)), handler_(std::move(handler)), user_(user) {
        begin();
    }
    ~StandIn() { end(); }
    StandIn(const StandIn&) = delete;
    StandIn& operator=(const StandIn&) = delete;

    void begin() {
        ::unlink(path_.c_str());
        listener_ = Fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::strncpy(address.sun_path, path_.c_str(), sizeof address.sun_path - 1);
        ::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
        as(user_);
        ::listen(listener_.get(), 64);
        as(::getuid());
        stop_ = false;
        thread_ = std::thread([this] { serve(); });
    }
    /// Dies: connections are cut, the socket is gone.
    void end() {
        if (!thread_.joinable()) return;
        stop_ = true;
        thread_.join();
        clients_.clear();
        listener_.reset();
        ::unlink(path_.c_str());
    }
    /// To all whose request has this in it and who are still connected. out: were there any
    bool push(const std::string& target, const std::string& bytes) {
        const std::lock_guard hold(lock_);
        bool any = false;
        for (auto& [fd, client] : clients_) {
            if (client.request.find(target) == std::string::npos) continue;
            any = write_all(fd, bytes) || any;
        }
        return any;
    }
    std::size_t requests(const std::string& target) const {
        const std::lock_guard hold(lock_);
        std::size_t count = 0;
        for (const std::string& one : seen_) count += one.find(target) != std::string::npos;
        return count;
    }
    const std::string& path() const { return path_; }

private:
    struct Client {
        Fd fd;
        std::string request;
        bool answered = false;
    };

    /// This thread only, which the library's own call cannot.
    static void as(uid_t user) { ::syscall(SYS_setresuid, -1, user, -1); }
    static bool write_all(int fd, std::string_view bytes) {
        while (!bytes.empty()) {
            const ssize_t size = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (size <= 0) return false;
            bytes.remove_prefix(static_cast<std::size_t>(size));
        }
        return true;
    }
    void serve() {
        while (!stop_) {
            std::vector<pollfd> fds{{listener_.get(), POLLIN, 0}};
            for (const auto& [fd, client] : clients_) fds.push_back({fd, POLLIN, 0});
            if (::poll(fds.data(), fds.size(), 5) <= 0) continue;
            const std::lock_guard hold(lock_);
            for (std::size_t k = 1; k < fds.size(); ++k)
                if (fds[k].revents != 0) read_from(fds[k].fd);
            if (fds[0].revents != 0) {
                const int fd = ::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC);
                if (fd >= 0) clients_[fd].fd = Fd(fd);
            }
        }
    }
    void read_from(int fd) {
        char buffer[65536];
        const ssize_t size = ::recv(fd, buffer, sizeof buffer, 0);
        if (size <= 0) {
            clients_.erase(fd);
            return;
        }
        Client& client = clients_[fd];
        if (client.answered) return;
        client.request.append(buffer, static_cast<std::size_t>(size));
        const bool http = client.request.find("\r\n\r\n") != std::string::npos;
        if (!http) return;
        client.answered = true;
        const std::size_t from = client.request.find(' ') + 1;
        const std::string target =
            client.request.substr(from, client.request.find(' ', from) - from);
        seen_.push_back(target);
        const Reply reply = handler_(target);
        if (!write_all(fd, reply.bytes) || reply.close) clients_.erase(fd);
    }

    const std::string path_;
    const Handler handler_;
    const uid_t user_;
    Fd listener_;
    mutable std::mutex lock_;
    std::map<int, Client> clients_;
    std::vector<std::string> seen_;
    std::atomic<bool> stop_{false};
    std::thread thread_;
};

}  // namespace sensor::runtimes::test
