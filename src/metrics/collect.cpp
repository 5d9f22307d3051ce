// SPDX-License-Identifier: Apache-2.0
#include "metrics/collect.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string>

#include "metrics/names.hpp"

namespace sensor::metrics {
namespace {

constexpr std::string_view kRingFull = "ring_full";
constexpr std::array<std::string_view, 2> kDirections = {"enter", "exit"};
constexpr auto kKinds = std::to_array<std::string_view>({
#define LOSS_CLASS(id, description) #id,
#include "../../grammar/loss_class.def"
#undef LOSS_CLASS
});

double rounded(double value) { return std::round(value * 10) / 10; }

/// A number as a label.
class Digits {
public:
    explicit Digits(unsigned number)
        : end_(std::to_chars(text_.data(), text_.data() + text_.size(), number).ptr) {}
    std::string_view text() const { return {text_.data(), end_}; }

private:
    std::array<char, 12> text_{};
    const char* end_;
};

class Collector {
public:
    Collector(const Snapshot& from, const MetricsOptions& options, const Previous* previous,
              const TakeSample& take)
        : from_(from), options_(options), previous_(previous), take_(take) {}

    void run() {
        facts();
        rules();
        resources();
        state();
        events();
        kernel();
        own_rules();
        own_events();
        outputs();
        service();
    }

private:
    template <typename... L>
    void add(MetricId id, std::variant<std::uint64_t, double> value, const L&... labels) const {
        const std::array<Label, sizeof...(L)> all{labels...};
        add_with(id, value, all);
    }
    void add_with(MetricId id, std::variant<std::uint64_t, double> value,
                  std::span<const Label> labels) const {
        if (is_on(row(id).on, options_)) take_({id, labels, value});
    }
    template <typename T, typename... L>
    void add_known(MetricId id, const std::optional<T>& value, const L&... labels) const {
        if (value) add(id, *value, labels...);
    }
    void add_named(MetricId id, std::string_view label, const std::vector<Named>& all) const {
        for (const Named& one : all) add(id, one.value, Label{label, one.name});
    }

    void facts() const;
    void addresses() const;
    void rules() const;
    void resources() const;
    void state() const;
    void events() const;
    void ring_drops() const;
    void kernel() const;
    void iterators(const IteratorCounts& counts) const;
    void own_rules() const;
    void own_events() const;
    void outputs() const;
    void service() const;
    template <typename Add>
    void each_rule(Add add) const {
        if (!from_.rules) return;
        const std::size_t count = std::min(from_.rules->size(), from_.rule_counts.size());
        for (std::size_t k = 0; k < count; ++k) add((*from_.rules)[k], from_.rule_counts[k]);
    }
    std::optional<double> rate(std::uint64_t now, std::uint64_t before) const {
        if (previous_ == nullptr || !previous_->any || from_.ts_ns <= previous_->ts_ns) return {};
        const double seconds = static_cast<double>(from_.ts_ns - previous_->ts_ns) / 1e9;
        return rounded(static_cast<double>(now - std::min(now, before)) / seconds);
    }

    const Snapshot& from_;
    const MetricsOptions& options_;
    const Previous* previous_;
    const TakeSample& take_;
};

void Collector::facts() const {
    const HostFacts& host = from_.host;
    add(MetricId::evt_time, from_.ts_ns);
    add(MetricId::evt_source, std::uint64_t{1}, Label{"evt_source", host.source});
    add(MetricId::hostname, std::uint64_t{1}, Label{"hostname", host.hostname});
    add(MetricId::version, std::uint64_t{1}, Label{"version", host.version});
    add(MetricId::kernel_release, std::uint64_t{1}, Label{"kernel_release", host.kernel_release});
    add(MetricId::engine_name, std::uint64_t{1}, Label{"engine_name", host.engine_name},
        Label{"evt_source", host.source});
    const auto hashes = [this](MetricId id, const std::vector<FileHash>& files) {
        for (const FileHash& file : files)
            add(id, std::uint64_t{1}, Label{"sha256", file.sha256},
                Label{"file_name", file.file_name});
    };
    hashes(MetricId::sha256_rules_files, host.rules_files);
    hashes(MetricId::sha256_config_files, host.config_files);
    addresses();
    add(MetricId::start, host.start_ts_ns);
    add(MetricId::reload, host.reload_ts_ns);
    add(MetricId::host_boot, host.host_boot_ts_ns);
    const std::uint64_t since = std::min(from_.ts_ns, host.start_ts_ns);
    add(MetricId::duration, (from_.ts_ns - since) / 1'000'000'000);
    add(MetricId::host_num_cpus, host.num_cpus);
}

void Collector::addresses() const {
    const auto list = [this](const Interface& of, std::string_view protocol,
                             const std::vector<std::string>& all) {
        std::string joined;
        for (const std::string& one : all) joined += (joined.empty() ? "" : ",") + one;
        if (all.empty()) return;
        add(MetricId::host_netinfo, std::uint64_t{1}, Label{"addresses", joined},
            Label{"interface", of.name}, Label{"protocol", protocol});
    };
    for (const Interface& one : from_.host.interfaces) {
        if (one.name == "lo") continue;
        list(one, "ipv4", one.ipv4);
        list(one, "ipv6", one.ipv6);
    }
}

void Collector::rules() const {
    std::uint64_t all = 0;
    std::vector<std::string> tags;
    std::vector<Label> labels;
    each_rule([&](const RuleName&, const RuleCounts& counts) { all += counts.matches; });
    add(MetricId::rules_matches_all, all);
    each_rule([&](const RuleName& rule, const RuleCounts& counts) {
        if (counts.matches == 0) return;
        const Digits priority(rule.priority);
        labels = {{"rule_name", rule.name}, {"priority", priority.text()}, {"source", rule.source}};
        tags.clear();
        for (const std::string& tag : rule.tags) tags.push_back(label_name("tag_" + tag));
        std::sort(tags.begin(), tags.end());
        tags.erase(std::unique(tags.begin(), tags.end()), tags.end());
        for (const std::string& tag : tags) labels.push_back({tag, "true"});
        add_with(MetricId::rules_matches, counts.matches, labels);
    });
    add(MetricId::outputs_queue_num_drops, from_.queue.drops);
    add(MetricId::num_evts, from_.judged);
    if (previous_ == nullptr) return;
    add(MetricId::num_evts_prev, previous_->judged);
    add_known(MetricId::evts_rate, rate(from_.judged, previous_->judged));
}

void Collector::resources() const {
    const Resources& own = from_.resources;
    add_known(MetricId::cpu_usage, own.cpu_usage_perc);
    add_known(MetricId::memory_rss, own.memory_rss_kb);
    add_known(MetricId::memory_vsz, own.memory_vsz_kb);
    add_known(MetricId::memory_pss, own.memory_pss_kb);
    add_known(MetricId::container_memory_used, own.container_memory_used_bytes);
    add_known(MetricId::host_cpu_usage, own.host_cpu_usage_perc);
    add_known(MetricId::host_memory_used, own.host_memory_used_kb);
    add_known(MetricId::host_procs_running, own.host_procs_running);
    add_known(MetricId::host_open_fds, own.host_open_fds);
}

void Collector::state() const {
    const StateCounts& s = from_.state;
    add(MetricId::n_threads, s.threads);
    add(MetricId::n_fds, s.fds);
    add(MetricId::n_noncached_fd_lookups, s.noncached_fd_lookups);
    add(MetricId::n_cached_fd_lookups, s.cached_fd_lookups);
    add(MetricId::n_failed_fd_lookups, s.failed_fd_lookups);
    add(MetricId::n_added_fds, s.added_fds);
    add(MetricId::n_removed_fds, s.removed_fds);
    add(MetricId::n_stored_evts, s.stored_events);
    add(MetricId::n_store_evts_drops, s.store_drops);
    add(MetricId::n_retrieved_evts, s.retrieved_events);
    add(MetricId::n_retrieve_evts_drops, s.retrieve_drops);
    add(MetricId::n_noncached_thread_lookups, s.noncached_thread_lookups);
    add(MetricId::n_cached_thread_lookups, s.cached_thread_lookups);
    add(MetricId::n_failed_thread_lookups, s.failed_thread_lookups);
    add(MetricId::n_added_threads, s.added_threads);
    add(MetricId::n_removed_threads, s.removed_threads);
    add(MetricId::n_drops_full_threadtable, s.drops_full_threadtable);
}

void Collector::events() const {
    const KernelCounts& k = from_.kernel;
    add(MetricId::n_evts, k.events);
    if (previous_ != nullptr) {
        add(MetricId::n_evts_prev, previous_->events);
        add_known(MetricId::scap_evts_rate, rate(k.events, previous_->events));
    }
    add(MetricId::n_drops, k.drops);
    if (previous_ != nullptr) {
        add(MetricId::n_drops_prev, previous_->drops);
        add_known(MetricId::drops_rate, rate(k.drops, previous_->drops));
        const auto events = static_cast<double>(k.events - std::min(k.events, previous_->events));
        const auto drops = static_cast<double>(k.drops - std::min(k.drops, previous_->drops));
        add(MetricId::n_drops_perc, events > 0 ? rounded(100 * drops / events) : 0.0);
    }
    ring_drops();
    add(MetricId::n_drops_scratch_map, k.drops_too_large);
    for (const CpuCounts& one : k.cpus)
        add(MetricId::n_evts_cpu, one.events, Label{"cpu", Digits(one.cpu).text()});
    for (const CpuCounts& one : k.cpus)
        add(MetricId::n_drops_cpu, one.drops, Label{"cpu", Digits(one.cpu).text()});
}

void Collector::ring_drops() const {
    std::array<std::uint64_t, kKinds.size()> by_kind{};
    std::uint64_t all = 0;
    for (const Loss& loss : from_.kernel.losses) {
        if (loss.reason != kRingFull) continue;
        const auto kind = std::find(kKinds.begin(), kKinds.end(), loss.kind);
        // An unknown kind is other_interest, the first, so that the kinds add up.
        by_kind[kind == kKinds.end() ? 0 : static_cast<std::size_t>(kind - kKinds.begin())] +=
            loss.events;
        all += loss.events;
    }
    add(MetricId::n_drops_buffer_all, all);
    for (const std::string_view dir : kDirections) {
        for (std::size_t k = 0; k < kKinds.size(); ++k)
            add(MetricId::n_drops_buffer, dir == "exit" ? by_kind[k] : std::uint64_t{0},
                Label{"drop", kKinds[k]}, Label{"dir", dir});
    }
}

void Collector::kernel() const {
    if (from_.iterators) iterators(*from_.iterators);
    for (const ProgramCounts& one : from_.programs)
        add(MetricId::run_cnt, one.runs, Label{"program", one.name});
    for (const ProgramCounts& one : from_.programs)
        add(MetricId::run_time, one.run_ns, Label{"program", one.name});
    for (const ProgramCounts& one : from_.programs)
        add(MetricId::avg_time, one.runs > 0 ? one.run_ns / one.runs : std::uint64_t{0},
            Label{"program", one.name});
    for (const PluginMetric& one : from_.plugins) {
        if (one.is_counter) add(MetricId::plugin_counter, one.value, Label{"metric", one.name});
    }
    for (const PluginMetric& one : from_.plugins) {
        if (!one.is_counter) add(MetricId::plugin_gauge, one.value, Label{"metric", one.name});
    }
}

void Collector::iterators(const IteratorCounts& counts) const {
    add(MetricId::n_evts_task, counts.tasks);
    for (std::size_t k = 0; k < kFileKinds.size(); ++k)
        add(MetricId::n_evts_task_file, counts.files[k], Label{"kind", kFileKinds[k]});
    add(MetricId::n_drops_max_event_size, counts.too_large);
    add(MetricId::n_drops_task, counts.task_drops);
    for (std::size_t k = 0; k < kFileKinds.size(); ++k)
        add(MetricId::n_drops_task_file, counts.file_drops[k], Label{"kind", kFileKinds[k]});
}

void Collector::own_rules() const {
    const auto all = [this](MetricId id, std::uint64_t RuleCounts::* member) {
        each_rule([&](const RuleName& rule, const RuleCounts& counts) {
            if (counts.*member == 0) return;
            add(id, counts.*member, Label{"rule_name", rule.name}, Label{"source", rule.source});
        });
    };
    all(MetricId::rule_evaluations, &RuleCounts::evaluations);
    all(MetricId::rule_hits, &RuleCounts::hits);
    all(MetricId::rule_seconds, &RuleCounts::ns);
    add(MetricId::alerts_suppressed, from_.suppressed_by_rate, Label{"reason", "rate"});
    add(MetricId::alerts_suppressed, from_.suppressed_by_aggregation,
        Label{"reason", "aggregation"});
}

void Collector::own_events() const {
    const std::vector<EventCounts>& types = from_.kernel.types;
    for (const EventCounts& one : types) {
        if (one.seen > 0) add(MetricId::events_seen, one.seen, Label{"type", one.type});
    }
    for (const EventCounts& one : types) {
        if (one.judged > 0) add(MetricId::events_judged, one.judged, Label{"type", one.type});
    }
    for (const EventCounts& one : types) {
        const Label type{"type", one.type};
        if (one.out_by_interest > 0)
            add(MetricId::events_kept_out, one.out_by_interest, type, Label{"reason", "interest"});
        if (one.out_by_filter > 0)
            add(MetricId::events_kept_out, one.out_by_filter, type, Label{"reason", "filter"});
    }
    for (const Loss& one : from_.kernel.losses)
        add(MetricId::events_lost, one.events, Label{"lane", one.lane.empty() ? "any" : one.lane},
            Label{"kind", one.kind}, Label{"reason", one.reason});
    add(MetricId::gaps, from_.kernel.gaps);
    add(MetricId::preemptions, from_.kernel.preemptions);
    add_named(MetricId::state_changes, "what", from_.state_changes);
    add_named(MetricId::containers, "state", from_.containers);
    add_named(MetricId::container_changes, "what", from_.container_changes);
    add_named(MetricId::deferred, "what", from_.deferred);
    add_known(MetricId::deferred_seconds, from_.deferred_ns);
    add_known(MetricId::deferred_longest, from_.deferred_longest_ns);
}

void Collector::outputs() const {
    const auto all = [this](MetricId id, std::uint64_t ChannelCounts::* member) {
        for (const ChannelCounts& one : from_.channels)
            add(id, one.*member, Label{"channel", one.name});
    };
    all(MetricId::output_delivered, &ChannelCounts::delivered);
    all(MetricId::output_refused, &ChannelCounts::refused);
    for (const ChannelCounts& one : from_.channels) {
        for (const Named& dropped : one.dropped)
            add(MetricId::output_dropped, dropped.value, Label{"channel", one.name},
                Label{"reason", dropped.name});
    }
    all(MetricId::output_waiting, &ChannelCounts::waiting);
    all(MetricId::output_spooled, &ChannelCounts::spooled);
    all(MetricId::output_spool_bytes, &ChannelCounts::spool_bytes);
    add_named(MetricId::recorded, "what", from_.recorded);
    add(MetricId::queue_alerts, from_.queue.alerts);
    add(MetricId::queue_bytes, from_.queue.bytes);
    add(MetricId::queue_limit_bytes, from_.queue.limit_bytes);
}

void Collector::service() const {
    add(MetricId::healthy, std::uint64_t{from_.health.ok ? 1U : 0U});
    add_known(MetricId::detection_seconds, from_.health.detection_ns);
    add(MetricId::reloads, from_.reloads_ok, Label{"result", "ok"});
    add(MetricId::reloads, from_.reloads_failed, Label{"result", "failed"});
    add_known(MetricId::reload_seconds, from_.reload_ns);
    add_known(MetricId::start_seconds, from_.start_ns);
    add_named(MetricId::probe_memory, "kind", from_.probe_memory);
    if (!from_.web) return;
    for (const auto& [code, count] : from_.web->requests)
        add(MetricId::web_requests, count, Label{"code", Digits(code).text()});
    add(MetricId::web_connections, from_.web->open);
    add_named(MetricId::web_refused, "reason", from_.web->refused);
}

}  // namespace

void collect(const Snapshot& snapshot, const MetricsOptions& options, const Previous* previous,
             const TakeSample& take) {
    Collector(snapshot, options, previous, take).run();
}

}  // namespace sensor::metrics
