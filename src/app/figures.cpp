// SPDX-License-Identifier: Apache-2.0
#include "app/figures.hpp"

#include "base/clock.hpp"

namespace sensor::app {
namespace {

void fill_rules(const Session& session, metrics::Snapshot& into) {
    const std::vector<rules::RunningRule>& rules = session.generation().running.rules;
    const std::span<const engine::ConditionProfile> profile =
        session.generation().engine->profile();
    const std::span<const std::uint64_t> hits = session.pipeline().hits();
    auto names = std::make_shared<std::vector<metrics::RuleName>>();
    for (std::size_t k = 0; k < rules.size(); ++k) {
        const rules::RunningRule& rule = rules[k];
        names->push_back({rule.name, static_cast<unsigned>(rule.priority), rule.source, rule.tags});
        const engine::ConditionProfile& of = profile[k];
        // One judgement in some is timed.
        const std::uint64_t ns = of.timed == 0 ? 0 : of.ns * of.judged / of.timed;
        into.rule_counts.push_back({hits[k], of.judged, of.held, ns});
    }
    into.rules = std::move(names);
}

void fill_losses(std::string_view lane, const capture::Losses& losses,
                 std::vector<metrics::Loss>& into) {
    for (unsigned k = 0; k < REC_CLASS_COUNT; ++k) {
        for (unsigned reason = 0; reason < REC_LOSS_COUNT; ++reason) {
            if (const std::uint64_t count = losses.counts[k][reason]; count != 0)
                into.push_back({lane, loss_class_text(k), loss_text(reason), count});
        }
    }
}

void fill_types(const Session& session, const capture::KernelSource& source,
                std::vector<metrics::EventCounts>& into) {
    const std::vector<capture::Unwanted> unwanted = source.unwanted();
    for (const EventInfo& event : all_events()) {
        metrics::EventCounts row;
        row.type = event.name;
        row.judged = session.pipeline().by_event()[static_cast<std::size_t>(event.type)];
        for (const capture::Unwanted& of : unwanted) {
            if (of.event != event.type) continue;
            row.out_by_interest = of.by_interest;
            row.out_by_filter = of.by_filter;
        }
        row.seen = row.judged + row.out_by_interest + row.out_by_filter;
        if (row.seen != 0) into.push_back(row);
    }
}

void fill_kernel(const Session& session, const capture::KernelSource& source,
                 metrics::KernelCounts& into) {
    const capture::SourceStats totals = source.stats();
    into.events = totals.attempted;
    into.drops = totals.lost.events();
    into.drops_too_large = totals.lost.of(REC_LOSS_too_large);
    into.gaps = totals.gaps;
    into.preemptions = totals.skipped;
    capture::Losses critical, bulk;
    unsigned cpu = 0;
    for (const capture::CpuStats& of : source.cpu_stats()) {
        into.cpus.push_back({cpu++, of.attempted, of.critical.events() + of.bulk.events()});
        critical += of.critical;
        bulk += of.bulk;
    }
    fill_losses("critical", critical, into.losses);
    fill_losses("bulk", bulk, into.losses);
    fill_types(session, source, into.types);
}

void fill_state(const state::StateStats& stats, metrics::Snapshot& into) {
    into.state.threads = stats.threads;
    into.state.fds = stats.fds;
    into.state.removed_threads = stats.threads_purged + stats.threads_evicted;
    into.state.drops_full_threadtable = stats.threads_evicted;
    into.state.store_drops = stats.fds_dropped;
    into.state_changes = {{"threads_evicted", stats.threads_evicted},
                          {"threads_purged", stats.threads_purged},
                          {"fds_dropped", stats.fds_dropped},
                          {"users_dropped", stats.users_dropped},
                          {"proc_reads", stats.proc_reads},
                          {"unknown_threads", stats.unknown_threads},
                          {"pid_reuse", stats.pid_reuse},
                          {"refreshed", stats.refreshed}};
}

void fill_containers(const Session& session, metrics::Snapshot& into) {
    const state::ContainerStats of = session.state().containers().stats();
    const runtimes::WatcherStats asked = session.container_watch();
    const judge::DeferralStats deferred = session.pipeline().deferred();
    into.plugins = {{"container.n_containers", false, of.known},
                    {"container.n_missing_container_images", false, of.without_image}};
    into.containers = {{"known", of.known}, {"pending", of.pending}};
    into.container_changes = {{"learnt", of.learnt},
                              {"removed", of.removed},
                              {"given_up", of.given_up},
                              {"dropped", of.dropped},
                              {"asked", asked.asked},
                              {"answered", asked.answered},
                              {"retried", asked.retried},
                              {"timed_out", asked.timed_out},
                              {"refused_large", asked.refused_large},
                              {"refused_garbage", asked.refused_garbage},
                              {"dropped_questions", asked.dropped_questions},
                              {"dropped_news", asked.dropped_news},
                              {"cut_records", asked.cut_records + of.cut},
                              {"users_stuck", asked.users_stuck},
                              {"users_refused", asked.users_refused}};
    into.deferred = {{"waited", deferred.waited},    {"alerts", deferred.alerts},
                     {"rejected", deferred.dropped}, {"incomplete", deferred.incomplete},
                     {"evicted", deferred.evicted},  {"followed_up", deferred.followed_up},
                     {"waiting", deferred.waiting}};
    into.deferred_ns = deferred.waited_ns;
    into.deferred_longest_ns = deferred.longest_ns;
}

void fill_outputs(const output::DispatchStats& stats, metrics::Snapshot& into) {
    into.queue.drops = stats.dropped;
    into.queue.alerts = stats.inbox + stats.queue_lines;
    into.queue.bytes = stats.queue_bytes;
    into.suppressed_by_rate = stats.rate_limited;
    into.suppressed_by_aggregation = stats.aggregated;
    for (const output::ChannelStats& channel : stats.channels) {
        metrics::ChannelCounts& to = into.channels.emplace_back();
        to.name = channel.name;
        to.delivered = channel.delivered;
        to.refused = channel.refused;
        for (std::size_t k = 0; k < channel.dropped.size(); ++k)
            to.dropped.push_back({output::kDropReasons[k], channel.dropped[k]});
        to.waiting = channel.waiting;
        to.spooled = channel.spool_waiting;
        to.spool_bytes = channel.spool_bytes;
    }
}

void fill_recorded(const RecordStats& stats, metrics::Snapshot& into) {
    into.recorded = {{"files", stats.files},
                     {"events", stats.events},
                     {"lost_events", stats.lost_events},
                     {"failures", stats.failures},
                     {"size_limits", stats.size_limits}};
}

}  // namespace

void fill_figures(const Session& session, const capture::KernelSource& source,
                  const ServiceFacts& facts, metrics::Snapshot& into) {
    into.ts_ns = epoch_ns();
    into.host = facts.host;
    into.judged = session.pipeline().events();
    fill_rules(session, into);
    fill_kernel(session, source, into.kernel);
    fill_state(session.state().stats(), into);
    fill_containers(session, into);
    for (const capture::ProgramRuns& program : source.program_runs())
        into.programs.push_back({program.name, program.runs, program.ns});
    fill_outputs(session.output_stats(), into);
    fill_recorded(session.record_stats(), into);
    into.queue.limit_bytes = std::uint64_t{session.generation().config.outputs.queue_mb} << 20;
    into.reloads_ok = facts.reloads_ok;
    into.reloads_failed = facts.reloads_failed;
    into.reload_ns = facts.reload_ns;
    into.start_ns = facts.start_ns;
    into.probe_memory = {{"probe", source.kernel_memory()}};
    into.health = facts.health;
}

}  // namespace sensor::app
