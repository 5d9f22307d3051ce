// SPDX-License-Identifier: Apache-2.0
// Service: what a live sensor offers beside alerts: health, versions, metrics and reload over HTTP,
// snapshots of metrics as alerts and lines of a file, the canary. LiveWatch calls `look` between
// events; the web server has a thread of its own and asks for figures through a desk.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <optional>
#include <vector>

#include "app/canary.hpp"
#include "app/figures.hpp"
#include "app/statistics_file.hpp"
#include "metrics/desk.hpp"
#include "metrics/fields.hpp"
#include "metrics/reporter.hpp"
#include "metrics/resources.hpp"
#include "web/server.hpp"

namespace sensor::app {

class Service {
public:
    /// Told once the reload has taken place, or why it has not.
    using Done = std::function<void(const Result<>&)>;
    using Reload = std::function<void(Done)>;

    /// Borrows session and source. reload: what POST /reload asks for, in any thread
    Service(Session& session, capture::KernelSource& source, Reload reload);
    /// Appends a line of statistics to a file every so often, from now on. Called once.
    void keep_statistics(const std::string& file, std::chrono::milliseconds interval);
    ~Service();

    /// Listens, or goes on, or stops, as the session's configuration says.
    /// fails: the address, the port or the certificate cannot be used
    Result<> apply();
    /// Between events: gives figures to who asked, takes snapshots, sends the canary.
    /// cost: some loads and a reading of the clock
    void look();
    /// A reload took so long; between events.
    void reloaded(std::chrono::nanoseconds took);
    /// One failed; in any thread.
    void reload_failed() noexcept { failed_reloads_.fetch_add(1, std::memory_order_relaxed); }
    /// The canary came through rules and queue; in any thread.
    void canary_came_back() noexcept { canary_.came_back(); }

private:
    std::vector<web::Route> routes();
    void learn_host();
    void fill(metrics::Snapshot& into);
    void start_reporter();
    void take_sample(const metrics::Snapshot& taken);
    void stop_server();

    Session& session_;
    capture::KernelSource& source_;
    const Reload reload_;
    Canary canary_;
    metrics::Desk desk_;
    ServiceFacts facts_;
    std::optional<web::WebOptions> listens_;  // with these options
    std::optional<web::Server> server_;
    metrics::MetricsOptions metrics_;
    metrics::ResourceOptions resources_;
    std::atomic<std::uint64_t> failed_reloads_{0};
    std::optional<metrics::Sampler> sampler_;  // of the reporter's thread
    std::mutex mutex_;
    std::vector<output::Alert> reported_;  // guarded: the reporter's, for the session to post
    std::atomic<bool> has_reported_{false};
    std::optional<StatisticsFile> statistics_;
    std::optional<metrics::Reporter> reporter_;  // last: its thread uses the rest
};

}  // namespace sensor::app
