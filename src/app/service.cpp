// SPDX-License-Identifier: Apache-2.0
#include "app/service.hpp"

#include <unistd.h>

#include <cstdlib>

#include "app/versions.hpp"
#include "base/clock.hpp"
#include "base/log.hpp"
#include "metrics/answers.hpp"
#include "metrics/hash.hpp"
#include "metrics/line_file.hpp"
#include "metrics/prometheus.hpp"
#include "output/json.hpp"

namespace sensor::app {
namespace {

constexpr const char* kJson = "application/json";
constexpr std::chrono::seconds kReloadPatience(60);
constexpr const char* kNoCanary =
    "no synthetic detection has come back: events do not arrive, or are not judged in time";

web::Response json_response(unsigned status, std::string body) {
    web::Response response;
    response.status = status;
    response.content_type = kJson;
    response.body = std::move(body);
    return response;
}

void add_web(const web::ServerStats& stats, metrics::Snapshot& into) {
    metrics::WebCounts& to = into.web.emplace();
    to.requests = stats.requests;
    to.open = stats.open;
    for (const auto& [reason, count] : stats.refused) to.refused.push_back({reason, count});
}

}  // namespace

Service::Service(Session& session, capture::KernelSource& source, Reload reload)
    : session_(session),
      source_(source),
      reload_(std::move(reload)),
      canary_(source, std::chrono::seconds(session.generation().config.web.canary_s)) {
    facts_.host.start_ts_ns = epoch_ns();
}

Service::~Service() {
    reporter_.reset();
    statistics_.reset();
    stop_server();
}

// Its thread reads server_ until it has ended.
void Service::stop_server() {
    if (server_) server_->stop();
    server_.reset();
    listens_.reset();
}

void Service::learn_host() {
    const Generation& now = session_.generation();
    metrics::HostFacts& host = facts_.host;
    host.version = SENSOR_VERSION;
    host.hostname = now.config.outputs.format.hostname;
    host.reload_ts_ns = epoch_ns(now.loaded);
    metrics::read_host(resources_, host);
    if (Result<std::vector<metrics::Interface>> found = metrics::read_interfaces(); found)
        host.interfaces = *std::move(found);
    host.config_files.clear();
    for (const config::LoadedFile& file : now.config.files) {
        if (file.named) host.config_files.push_back(metrics::file_hash(file.path, file.text));
    }
    host.rules_files = now.hashes;
}

Result<> Service::apply() {
    const config::Config& config = session_.generation().config;
    if (metrics_ != config.metrics || facts_.host.version.empty()) {
        reporter_.reset();
        metrics_ = config.metrics;
        // The environment says where the host's files are: once.
        const Result<metrics::ResourceOptions> how =
            metrics::resource_options(config.host_root, config.cgroup_memory_file.c_str());
        resources_ = how ? *how : metrics::ResourceOptions{};
        learn_host();
        start_reporter();
    } else {
        learn_host();
    }
    if (!config.web_enabled) {
        stop_server();
        return Ok{};
    }
    if (server_ && listens_ == config.web) return Ok{};
    stop_server();
    SENSOR_TRY(server_, web::Server::start(config.web, routes()));
    listens_ = config.web;
    log::info("Starting health webserver with threadiness 1, listening on {}:{}{}",
              config.web.address, server_->port(), config.web.certificate.empty() ? "" : " (SSL)");
    return Ok{};
}

std::vector<web::Route> Service::routes() {
    const config::Config& config = session_.generation().config;
    std::vector<web::Route> routes;
    routes.push_back({"GET", config.web.health_path, web::Access::Open,
                      [this](const web::Request&, const web::Reply& reply) {
                          metrics::Health health;
                          health.ok = canary_.is_healthy();
                          if (!health.ok) health.reason = kNoCanary;
                          reply.send(json_response(health.ok ? 200 : 503, health_json(health)));
                      }});
    routes.push_back(
        {"GET", "/versions", web::Access::Open, [](const web::Request&, const web::Reply& reply) {
             reply.send(json_response(200, output::json_line(versions_json())));
         }});
    routes.push_back({"POST", "/reload", web::Access::Change,
                      [this](const web::Request&, const web::Reply& reply) {
                          reload_([reply](const Result<>& how) {
                              nlohmann::json answer{{"status", how ? "ok" : "failed"}};
                              if (!how) answer["reason"] = how.error().text;
                              reply.send(json_response(how ? 200 : 422, output::json_line(answer)));
                          });
                      },
                      kReloadPatience});
    if (!config.metrics.enabled || !config.metrics.prometheus) return routes;
    routes.push_back(
        {"GET", "/metrics", web::Access::Token,
         [this](const web::Request&, const web::Reply& reply) {
             const bool is_asked =
                 desk_.ask([this, reply](const std::shared_ptr<const metrics::Snapshot>& taken) {
                     reply.send_made([this, taken, how = resources_, options = metrics_] {
                         metrics::Snapshot snapshot = *taken;
                         snapshot.resources = metrics::read_resources(how);
                         add_web(server_->stats(), snapshot);
                         web::Response response;
                         response.content_type = metrics::kPrometheusType;
                         response.body = metrics::prometheus_text(snapshot, options);
                         return response;
                     });
                 });
             if (!is_asked) reply.send(web::refusal(503, "too many wait for figures"));
         }});
    return routes;
}

void Service::fill(metrics::Snapshot& into) {
    facts_.reloads_failed = failed_reloads_.load(std::memory_order_relaxed);
    facts_.health.ok = canary_.is_healthy();
    facts_.health.reason = facts_.health.ok ? "" : kNoCanary;
    fill_figures(session_, source_, facts_, into);
}

void Service::look() {
    canary_.look();
    if (desk_.is_asked()) desk_.serve([this](metrics::Snapshot& into) { fill(into); });
    if (!has_reported_.load(std::memory_order_relaxed)) return;
    std::vector<output::Alert> reported;
    {
        const std::lock_guard lock(mutex_);
        reported.swap(reported_);
        has_reported_.store(false, std::memory_order_relaxed);
    }
    for (output::Alert& alert : reported) session_.post(std::move(alert));
}

void Service::keep_statistics(const std::string& file, std::chrono::milliseconds interval) {
    statistics_.emplace(desk_, file, interval);
}

void Service::start_reporter() {
    if (!metrics_.enabled || (!metrics_.output_rule && metrics_.output_file.empty())) return;
    sampler_.emplace(metrics_);
    reporter_.emplace(desk_, std::chrono::milliseconds(metrics_.interval_ms),
                      [this](const metrics::Snapshot& taken) { take_sample(taken); });
}

// On the reporter's thread, which ends before metrics_ and resources_ change.
void Service::take_sample(const metrics::Snapshot& taken) {
    metrics::Snapshot snapshot = taken;
    snapshot.resources = metrics::read_resources(resources_);
    const std::vector<metrics::Field> fields = sampler_->fields(snapshot);
    if (!metrics_.output_file.empty()) {
        const Result<> written = metrics::append_line(
            metrics_.output_file, metrics::json_line(sampler_->sample(), fields));
        if (!written) log::error("{}", written.error().text);
    }
    if (!metrics_.output_rule) return;
    output::Alert alert = output::internal_alert(snapshot.ts_ns, rules::Priority::Informational,
                                                 std::string(metrics::kSnapshotRule),
                                                 std::string(metrics::kSnapshotMessage));
    for (const metrics::Field& field : fields)
        std::visit([&](const auto& value) { alert.fields[field.key] = value; }, field.value);
    const std::lock_guard lock(mutex_);
    reported_.push_back(std::move(alert));
    has_reported_.store(true, std::memory_order_relaxed);
}

void Service::reloaded(std::chrono::nanoseconds took) {
    ++facts_.reloads_ok;
    facts_.reload_ns = static_cast<std::uint64_t>(took.count());
}

}  // namespace sensor::app
