// SPDX-License-Identifier: Apache-2.0
// A web server with metrics as the sensor has them, around a thread that stands for the one that
// judges events. For tests/service/web_test.py, and to see how the parts go together.
//
//   web_example [--port N] [--address A] [--certificate PEM] [--token FILE] [--rules N]
//
// Prints "ready PORT MICROSECONDS KB", the last what the server added to memory. Then a command a
// line on standard input, "done" for each:
//   stall          the event thread answers nothing until the next command
//   unhealthy TEXT the health answer becomes 503 with that reason
//   healthy        and is well again
//   stats          prints what the server counted, as JSON
//   stop           stops the server, prints "stopped MICROSECONDS", ends
#include <atomic>
#include <chrono>
#include <cstdio>
#include <iostream>
#include <mutex>
#include <string>
#include <thread>

#include "metrics/answers.hpp"
#include "metrics/desk.hpp"
#include "metrics/prometheus.hpp"
#include "metrics/resources.hpp"
#include "tests/unit/metrics/filled.hpp"
#include "web/server.hpp"

namespace {

using namespace sensor;
using Clock = std::chrono::steady_clock;

long microseconds_since(Clock::time_point start) {
    return std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - start).count();
}

/// Counts events and answers the desk, as the thread does that judges them.
class EventThread {
public:
    explicit EventThread(std::size_t rules) {
        auto names = std::make_shared<std::vector<metrics::RuleName>>();
        for (std::size_t k = 0; k < rules; ++k)
            names->push_back({"Rule " + std::to_string(k), 4, "syscall", {"example"}});
        names_ = std::move(names);
        thread_ = std::thread([this] { run(); });
    }
    ~EventThread() {
        end_ = true;
        thread_.join();
    }
    EventThread(const EventThread&) = delete;
    EventThread& operator=(const EventThread&) = delete;

    metrics::Desk& desk() { return desk_; }
    void stall(bool on) { stalled_ = on; }

private:
    void run() {
        for (; !end_; std::this_thread::sleep_for(std::chrono::milliseconds(2))) {
            ++events_;
            if (!stalled_ && desk_.is_asked())
                desk_.serve([this](metrics::Snapshot& snapshot) { fill(snapshot); });
        }
    }
    void fill(metrics::Snapshot& snapshot) const {
        snapshot = testing::filled_snapshot();
        snapshot.kernel.events = events_;
        if (names_->empty()) return;
        snapshot.rules = names_;
        snapshot.rule_counts.assign(names_->size(), {events_, events_, events_, events_});
    }

    metrics::Desk desk_;
    std::shared_ptr<const std::vector<metrics::RuleName>> names_;
    std::uint64_t events_ = 0;
    std::atomic<bool> end_{false}, stalled_{false};
    std::thread thread_;
};

/// Health as any thread sees it.
class HealthBoard {
public:
    void set(metrics::Health health) {
        const std::lock_guard lock(mutex_);
        health_ = std::move(health);
    }
    metrics::Health get() const {
        const std::lock_guard lock(mutex_);
        return health_;
    }

private:
    mutable std::mutex mutex_;
    metrics::Health health_;
};

web::Response json(unsigned status, std::string body) {
    web::Response out;
    out.status = status;
    out.content_type = "application/json";
    out.body = std::move(body);
    return out;
}

/// What the event thread says, and what only others can read without holding it up.
web::Response metrics_answer(const metrics::Snapshot& of_events,
                             const metrics::MetricsOptions& options) {
    metrics::Snapshot whole = of_events;
    whole.resources = metrics::read_resources({});
    web::Response out;
    out.content_type = metrics::kPrometheusType;
    out.body = metrics::prometheus_text(whole, options);
    return out;
}

std::vector<web::Route> routes(EventThread& events, const HealthBoard& board) {
    metrics::MetricsOptions options;
    options.enabled = true;
    std::vector<web::Route> out;
    out.push_back({"GET", "/healthz", web::Access::Open,
                   [&board](const web::Request&, const web::Reply& reply) {
                       const metrics::Health health = board.get();
                       reply.send(json(health.ok ? 200 : 503, metrics::health_json(health)));
                   }});
    out.push_back(
        {"GET", "/versions", web::Access::Token, [](const web::Request&, const web::Reply& reply) {
             reply.send(json(200, R"({"engine_version": "63"})"));
         }});
    out.push_back({"GET", "/metrics", web::Access::Token,
                   [&events, options](const web::Request&, const web::Reply& reply) {
                       events.desk().ask([reply, options](const auto& snapshot) {
                           reply.send_made(
                               [snapshot, options] { return metrics_answer(*snapshot, options); });
                       });
                   }});
    out.push_back(
        {"POST", "/reload", web::Access::Change, [](const web::Request&, const web::Reply& reply) {
             reply.send(json(202, R"({"status": "ok"})"));
         }});
    return out;
}

void print_stats(const web::Server& server) {
    const web::ServerStats stats = server.stats();
    std::printf("{\"open\": %llu", static_cast<unsigned long long>(stats.open));
    for (const auto& [name, count] : stats.refused)
        std::printf(", \"%s\": %llu", std::string(name).c_str(),
                    static_cast<unsigned long long>(count));
    for (const auto& [code, count] : stats.requests)
        std::printf(", \"%u\": %llu", code, static_cast<unsigned long long>(count));
    std::printf("}\n");
}

void obey(const std::string& line, EventThread& events, HealthBoard& board,
          const web::Server& server) {
    events.stall(line == "stall");
    if (line.starts_with("unhealthy ")) board.set({false, line.substr(10), {}});
    if (line == "healthy") board.set({});
    if (line == "stats") print_stats(server);
    std::printf("done\n");
}

int serve(const web::WebOptions& options, std::size_t rules) {
    EventThread events(rules);
    HealthBoard board;
    const std::uint64_t before_kb = metrics::read_resources({}).memory_rss_kb.value_or(0);
    const Clock::time_point start = Clock::now();
    auto server = web::Server::start(options, routes(events, board));
    if (!server) {
        std::fprintf(stderr, "Error: %s\n", server.error().text.c_str());
        return 1;
    }
    const long took = microseconds_since(start);
    const std::uint64_t after_kb = metrics::read_resources({}).memory_rss_kb.value_or(0);
    std::printf("ready %u %ld %lld\n", server->port(), took,
                static_cast<long long>(after_kb - before_kb));
    for (std::string line; std::fflush(stdout), std::getline(std::cin, line) && line != "stop";)
        obey(line, events, board, *server);
    const Clock::time_point end = Clock::now();
    server->stop();
    std::printf("stopped %ld\n", microseconds_since(end));
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    web::WebOptions options;
    options.port = 0;
    std::size_t rules = 0;
    for (int k = 1; k + 1 < argc; k += 2) {
        const std::string name = argv[k], value = argv[k + 1];
        if (name == "--port") options.port = static_cast<std::uint16_t>(std::stoul(value));
        if (name == "--address") options.address = value;
        if (name == "--certificate") options.certificate = value;
        if (name == "--token") options.token_file = value;
        if (name == "--rules") rules = std::stoul(value);
    }
    return serve(options, rules);
}
