// SPDX-License-Identifier: Apache-2.0
// What tests of the watcher share: how docker answers, and a reader of what the watcher tells.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "runtimes/watcher.hpp"
#include "stand_in.hpp"
#include "tests/support/catch.hpp"

namespace sensor::runtimes::test {

inline constexpr std::chrono::seconds kLong{30};  // on a machine that does much else

inline std::string id_of(int number) {
    const std::string digits = std::to_string(number);
    return std::string(64 - digits.size(), 'a') + digits;
}

inline std::string inspect_of(const std::string& id, const std::string& more_labels = "",
                              const std::string& name = "web") {
    return R"({"Id":")" + id + R"(","Name":"/)" + name + R"(","Created":"2026-01-02T03:04:05.6Z",
        "Image":"sha256:feed","Config":{"Image":"shop/app:2","Labels":{"app":"shop")" +
           more_labels + R"(}},"HostConfig":{"Privileged":true},"Mounts":[]})";
}

/// A docker with these containers; `detail` says what an inspect gets.
inline Reply docker(const std::string& target, const std::vector<std::string>& ids,
                    const std::function<Reply(const std::string&)>& detail) {
    if (target.starts_with("/events")) return stream();
    if (target.starts_with("/containers/json")) {
        std::string list;
        for (const std::string& id : ids)
            list += (list.empty() ? "" : ",") + (R"({"Id":")" + id + R"(","State":"running"})");
        return answer("[" + list + "]");
    }
    if (target.starts_with("/images/"))
        return answer(R"({"RepoTags":["shop/app:2"],"RepoDigests":["shop/app@sha256:beef"]})");
    if (target.starts_with("/containers/")) {
        const std::string id = target.substr(12, target.find('/', 12) - 12);
        return detail(id);
    }
    return not_found();
}
inline Reply docker(const std::string& target, const std::vector<std::string>& ids) {
    return docker(target, ids, [&](const std::string& id) {
        for (const std::string& known : ids)
            if (known == id) return answer(inspect_of(id));
        return not_found();
    });
}

inline WatcherOptions only_docker(const std::string& socket, std::uint64_t patience_ms = 30000) {
    WatcherOptions options;
    options.docker.sockets = {socket};
    options.podman.enabled = options.cri.enabled = options.containerd.enabled = false;
    options.patience_ns = patience_ms * 1'000'000;
    return options;
}

/// Takes what is told, and finds what is waited for.
class Reader {
public:
    explicit Reader(Watcher& watcher) : watcher_(watcher) {}

    News next(News::Kind kind, const std::string& id,
              containers::Known known = containers::Known::Complete) {
        const auto end = std::chrono::steady_clock::now() + kLong;
        for (;;) {
            for (News& one : watcher_.take()) all_.push_back(std::move(one));
            for (; at_ < all_.size(); ++at_) {
                const News& one = all_[at_];
                if (one.kind == kind && one.record.full_id == id &&
                    (kind != News::Kind::Record || one.record.known == known))
                    return all_[at_++];
            }
            if (std::chrono::steady_clock::now() > end) FAIL("not told of " << id);
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
    }
    const std::vector<News>& all() const { return all_; }

private:
    Watcher& watcher_;
    std::vector<News> all_;
    std::size_t at_ = 0;
};

template <typename F>
void wait_until(F&& condition) {
    const auto end = std::chrono::steady_clock::now() + kLong;
    while (!condition()) {
        REQUIRE(std::chrono::steady_clock::now() < end);
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
}

inline std::string event(const std::string& action, const std::string& id,
                         const std::string& name = "web") {
    return R"({"Type":"container","Action":")" + action + R"(","Actor":{"ID":")" + id +
           R"(","Attributes":{"name":")" + name +
           R"(","image":"shop/app:2","app":"shop"}}})"
           "\n";
}

}  // namespace sensor::runtimes::test
