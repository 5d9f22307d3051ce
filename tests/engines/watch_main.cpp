// SPDX-License-Identifier: Apache-2.0
// Runs a Watcher over the sockets that are named and prints what it tells, a JSON object a line,
// for the tests of engines. Lines it reads: "ask ID TYPE PID", "stats", "end".
//
//   runtimes_watch [--KIND SOCKET]... [--host-root PATH] [--patience-ms N] [--with-size]
//                  KIND: docker, podman, cri, containerd; those not named are off
#include <poll.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "containers/json.hpp"
#include "runtimes/watcher.hpp"

namespace {

using namespace sensor;
using runtimes::News;
using Clock = std::chrono::steady_clock;

constexpr const char* kKnown[] = {"id", "local", "named", "complete"};
constexpr const char* kKinds[] = {"record", "removed", "gave_up"};

void print(const nlohmann::json& line) {
    std::cout << line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << std::endl;
}

bool read_options(int count, char** words, runtimes::WatcherOptions& options) {
    const std::map<std::string, runtimes::RuntimeOptions*> kinds = {
        {"--docker", &options.docker},
        {"--podman", &options.podman},
        {"--cri", &options.cri},
        {"--containerd", &options.containerd}};
    for (const auto& [name, kind] : kinds) kind->enabled = false;
    for (int k = 1; k < count; ++k) {
        const std::string name = words[k];
        if (name == "--with-size") {
            options.with_size = true;
            continue;
        }
        if (k + 1 >= count) return false;
        const std::string value = words[++k];
        if (const auto kind = kinds.find(name); kind != kinds.end()) {
            kind->second->enabled = true;
            kind->second->sockets.push_back(value);
        } else if (name == "--host-root") {
            options.host_root = value;
        } else if (name == "--patience-ms") {
            options.patience_ns = std::stoull(value) * 1'000'000;
        } else {
            return false;
        }
    }
    return true;
}

class Session {
public:
    explicit Session(runtimes::Watcher& watcher) : watcher_(watcher) {}

    /// out: false at the end
    bool command(const std::string& line) {
        std::istringstream words(line);
        std::string what, id, type;
        std::uint32_t pid = 0;
        words >> what >> id >> type >> pid;
        if (what == "ask") {
            asked_[id] = Clock::now();
            watcher_.ask(id, type, {pid});
        } else if (what == "stats") {
            const runtimes::WatcherStats s = watcher_.stats();
            print({{"news", "stats"},
                   {"asked", s.asked},
                   {"answered", s.answered},
                   {"gave_up", s.gave_up},
                   {"retried", s.retried},
                   {"refused_large", s.refused_large},
                   {"refused_garbage", s.refused_garbage},
                   {"timed_out", s.timed_out},
                   {"dropped_questions", s.dropped_questions}});
        }
        return what != "end";
    }

    void tell() {
        for (const News& news : watcher_.take()) {
            nlohmann::json line = {{"news", kKinds[static_cast<int>(news.kind)]},
                                   {"id", news.record.full_id}};
            if (news.kind == News::Kind::GaveUp) line["reason"] = news.reason;
            if (news.kind == News::Kind::Record) add_record(news, line);
            print(line);
        }
    }

private:
    void add_record(const News& news, nlohmann::json& line) {
        const auto& record = news.record;
        line["known"] = kKnown[static_cast<int>(record.known)];
        line["record"] = nlohmann::json::parse(containers::record_json(record))["container"];
        line["type"] = record.type;
        line["pod"] = {{"name", record.pod_name},
                       {"namespace", record.pod_namespace},
                       {"uid", record.pod_uid},
                       {"ip", record.pod_ip}};
        const auto asked = asked_.find(record.full_id);
        if (asked == asked_.end()) return;
        line["after_us"] =
            std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - asked->second)
                .count();
        if (record.known == containers::Known::Complete) asked_.erase(asked);
    }

    runtimes::Watcher& watcher_;
    std::map<std::string, Clock::time_point> asked_;
};

/// Reads lines as they come, and tells meanwhile.
void serve(runtimes::Watcher& watcher) {
    Session session(watcher);
    std::string pending;
    for (;;) {
        while (watcher.has_news()) session.tell();
        pollfd input{STDIN_FILENO, POLLIN, 0};
        const timespec rest{0, 100'000};
        if (::ppoll(&input, 1, &rest, nullptr) <= 0) continue;
        char buffer[4096];
        const ssize_t size = ::read(STDIN_FILENO, buffer, sizeof buffer);
        if (size <= 0) return;
        pending.append(buffer, static_cast<std::size_t>(size));
        for (std::size_t end; (end = pending.find('\n')) != std::string::npos;) {
            const std::string line = pending.substr(0, end);
            pending.erase(0, end + 1);
            if (!session.command(line)) return;
        }
    }
}

}  // namespace

int main(int count, char** words) {
    runtimes::WatcherOptions options;
    if (!read_options(count, words, options)) {
        std::cerr << "runtimes_watch: see the head of watch_main.cpp\n";
        return 2;
    }
    const auto begun = Clock::now();
    const auto watcher = runtimes::Watcher::start(std::move(options));
    if (!watcher) {
        std::cerr << watcher.error().text << '\n';
        return 1;
    }
    const std::chrono::duration<double, std::milli> took = Clock::now() - begun;
    print({{"news", "started"}, {"after_ms", took.count()}});
    serve(**watcher);
    return 0;
}
