// SPDX-License-Identifier: Apache-2.0
// What several keys say together: words become values, channels that are enabled get their options,
// and what cannot be together is refused.
#include <arpa/inet.h>
#include <unistd.h>

#include <cstdlib>

#include "config/draft.hpp"
#include "config/duration.hpp"

namespace sensor::config {
namespace {

[[noreturn]] void refuse_at(const Node& root, std::string_view path, const std::string& what) {
    const Node* node = at(root, path);
    refuse(node == nullptr ? Origin{} : node->origin, what);
}

log::Level to_level(std::string_view word) {
    rules::Priority priority{};
    if (word == "trace") return log::Level::Debug;
    if (word == "fatal" || !rules::parse_priority(word, priority)) return log::Level::Critical;
    switch (priority) {
        case rules::Priority::Debug: return log::Level::Debug;
        case rules::Priority::Informational: return log::Level::Info;
        case rules::Priority::Notice: return log::Level::Notice;
        case rules::Priority::Warning: return log::Level::Warning;
        case rules::Priority::Error: return log::Level::Error;
        default: return log::Level::Critical;
    }
}

void finish_words(Draft& d) {
    rules::parse_priority(d.priority, d.c.priority);
    d.c.match_all = d.matching == "all";
    d.c.log_level = to_level(d.log_level);
    d.c.libs_log.least = to_level(d.libs_severity);
    d.c.capture.all_rules = d.capture_mode == "all_rules";
}

void finish_engine(const Node& root, Draft& d) {
    if (d.c.snaplen == 0) d.c.snaplen = 80;
    const ThreadOptions usual;
    if (d.c.threads.most == 0) d.c.threads.most = usual.most;
    d.c.no_events = d.engine_kind == "nodriver";
    if (d.engine_kind == "replay") {
        d.c.capture_file = d.replay_file;
        if (d.c.capture_file.empty()) {
            refuse_at(root, "engine.kind",
                      "engine.kind is replay, but engine.replay.capture_file names no file");
        }
    }
    if (d.engine_kind == "kmod") {
        const auto is_set = [&](const char* key) {
            return at(root, std::string("engine.modern_ebpf.") + key) != nullptr;
        };
        if (!is_set("buf_size_preset")) d.c.rings.preset = d.kmod.preset;
        if (!is_set("drop_failed_exit")) d.c.rings.drop_failed = d.kmod.drop_failed;
    }
    if (d.engine_kind == "kmod" || d.engine_kind == "ebpf" || d.engine_kind == "gvisor") {
        d.c.notes.push_back({Note::Kind::Old,
                             format("{}: there is no engine {} here: events come from modern_ebpf, "
                                    "which watches this machine",
                                    to_text(at(root, "engine.kind")->origin), d.engine_kind)});
    }
}

void finish_drops(const Node& root, Draft& d) {
    constexpr std::string_view kPath = "syscall_event_drops.actions";
    DropOptions& drops = d.c.drops;
    drops.log = drops.alert = drops.exit = false;
    bool ignored = false;
    for (const std::string& action : d.drop_actions) {
        if (ignored && (action == "log" || action == "alert")) {
            refuse_at(root, kPath,
                      format("{}: \"{}\" makes no sense with \"ignore\"", kPath, action));
        }
        if (action == "ignore") {
            ignored = true;
        } else if (action == "log") {
            drops.log = true;
        } else if (action == "alert") {
            drops.alert = true;
        } else if (action == "exit") {
            drops.exit = true;
        } else {
            refuse_at(
                root, kPath,
                format("{}: no action '{}'; there are ignore, log, alert and exit", kPath, action));
        }
    }
}

void need(const Node& root, const std::string& section, const char* key, const std::string& value) {
    if (!value.empty()) return;
    refuse_at(root, section + ".enabled",
              format("{}.enabled is true, but {}.{} is not set", section, section, key));
}

void finish_channels(const Node& root, Draft& d) {
    output::OutputOptions& out = d.c.outputs;
    const bool flush = !d.buffered;
    std::string& url = d.http.url;
    if (url.size() > 1 && (url[0] == '"' || url[0] == '\'') && url.back() == url[0])
        url = url.substr(1, url.size() - 2);
    d.file.flush_each = d.program.flush_each = flush;
    if (d.standard_on) out.standard.emplace().flush_each = flush;
    if (d.syslog_on) out.syslog = d.syslog;
    if (d.file_on) {
        need(root, "file_output", "filename", d.file.filename);
        out.file = d.file;
    }
    if (d.program_on) {
        need(root, "program_output", "program", d.program.program);
        out.program = d.program;
    }
    if (d.http_on) {
        need(root, "http_output", "url", d.http.url);
        out.http = d.http;
    }
    if (d.kafka_on) {
        need(root, "kafka_output", "brokers", d.kafka.brokers);
        out.kafka = d.kafka;
    }
    if (d.otlp_on) {
        need(root, "otlp_output", "url", d.otlp.url);
        out.otlp = d.otlp;
    }
}

void finish_web(const Node& root, Draft& d) {
    unsigned char bytes[sizeof(in6_addr)];
    const char* address = d.c.web.address.c_str();
    if (inet_pton(AF_INET, address, bytes) != 1 && inet_pton(AF_INET6, address, bytes) != 1) {
        refuse_at(root, "webserver.listen_address",
                  format("webserver.listen_address must be an IPv4 or IPv6 address, not '{}'",
                         d.c.web.address));
    }
    if (d.c.web.health_path.empty() || d.c.web.health_path[0] != '/') {
        refuse_at(root, "webserver.k8s_healthz_endpoint",
                  format("webserver.k8s_healthz_endpoint must be a path that begins with /, not "
                         "'{}'",
                         d.c.web.health_path));
    }
    if (d.ssl) d.c.web.certificate = d.certificate;
}

void finish_metrics(const Node& root, Draft& d) {
    const std::uint64_t ms = parse_duration_ms(d.interval);
    if (ms >= 100) {
        d.c.metrics.interval_ms = ms;
        return;
    }
    const std::string wrong = format(
        "metrics.interval must be at least 100ms: numbers with units y, w, d, h, m, s, ms in this "
        "order (1h30m), not '{}'",
        d.interval);
    if (d.c.metrics.enabled) refuse_at(root, "metrics.interval", wrong);
    d.c.notes.push_back(
        {Note::Kind::Other, to_text(at(root, "metrics.interval")->origin) + ": " + wrong});
}

void read_environment(Config& config) {
    const char* name = std::getenv("FALCO_HOSTNAME");
    config.hostname_given = name != nullptr && *name != '\0';
    char own[256] = {};
    gethostname(own, sizeof own - 1);
    config.outputs.format.hostname = config.hostname_given ? name : own;
    if (const char* root = std::getenv("HOST_ROOT")) config.host_root = root;
    const char* const node = std::getenv("FALCO_K8S_NODE_NAME");
    if (node != nullptr && *node != '\0' && config.outputs.otlp)
        config.outputs.otlp->resource.try_emplace("k8s.node.name", node);
    if (const char* file = std::getenv("FALCO_CGROUP_MEM_PATH")) {
        const std::string path = file;
        if (path.empty() || path.find("..") != std::string::npos) {
            config.notes.push_back(
                {Note::Kind::Other,
                 format("the environment variable FALCO_CGROUP_MEM_PATH is '{}': empty or with "
                        "'..', it is not used",
                        path)});
        } else {
            config.cgroup_memory_file = path;
        }
    }
}

}  // namespace

void finish(const Node& root, Draft& draft) {
    finish_words(draft);
    finish_engine(root, draft);
    finish_drops(root, draft);
    finish_channels(root, draft);
    finish_web(root, draft);
    finish_metrics(root, draft);
    read_environment(draft.c);
}

}  // namespace sensor::config
