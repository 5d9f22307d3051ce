// SPDX-License-Identifier: Apache-2.0
// A snapshot in which every metric has a value of its own, for the tests of all that print one.
#pragma once

#include <memory>

#include "metrics/snapshot.hpp"

namespace sensor::testing {

inline constexpr std::uint64_t kStartNs = 1'700'000'000'000'000'000;

inline metrics::HostFacts filled_host() {
    metrics::HostFacts host;
    host.version = "0.1.0";
    host.hostname = "node-7";
    host.kernel_release = "6.1.0-13-amd64";
    host.start_ts_ns = kStartNs;
    host.reload_ts_ns = kStartNs + 5;
    host.host_boot_ts_ns = 1'690'000'000'000'000'000;
    host.num_cpus = 8;
    host.rules_files = {{"falco_rules.yaml", "aa11"}, {"my rules (2).yaml", "bb22"}};
    host.config_files = {{"falco.yaml", "cc33"}};
    host.interfaces = {{"eth0", {"10.0.0.7", "10.0.1.7"}, {"fe80::7"}},
                       {"lo", {"127.0.0.1"}, {"::1"}},
                       {"wg0.100", {"10.9.0.7"}, {}}};
    return host;
}

inline metrics::KernelCounts filled_kernel() {
    metrics::KernelCounts kernel;
    kernel.events = 9001;
    kernel.drops = 41;
    kernel.drops_too_large = 6;
    kernel.gaps = 3;
    kernel.preemptions = 2;
    kernel.losses = {{"bulk", "open", "ring_full", 11},
                     {"bulk", "close", "ring_full", 12},
                     {"critical", "clone_fork", "ring_full", 1},
                     {"critical", "execve", "ring_full", 2},
                     {"bulk", "connect", "ring_full", 4},
                     {"bulk", "dir_file", "ring_full", 5},
                     {"critical", "proc", "ring_full", 7},
                     {"", "other_interest", "ring_full", 8},
                     {"bulk", "open", "too_large", 6}};
    kernel.cpus = {{0, 4000, 30}, {1, 5001, 11}};
    kernel.types = {{"openat", 700, 500, 120, 80}, {"execve", 90, 90, 0, 0}};
    return kernel;
}

inline metrics::StateCounts filled_state() {
    metrics::StateCounts state;
    state.threads = 101;
    state.fds = 102;
    state.noncached_fd_lookups = 103;
    state.cached_fd_lookups = 104;
    state.failed_fd_lookups = 105;
    state.added_fds = 106;
    state.removed_fds = 107;
    state.stored_events = 108;
    state.store_drops = 109;
    state.retrieved_events = 110;
    state.retrieve_drops = 111;
    state.noncached_thread_lookups = 112;
    state.cached_thread_lookups = 113;
    state.failed_thread_lookups = 114;
    state.added_threads = 115;
    state.removed_threads = 116;
    state.drops_full_threadtable = 117;
    return state;
}

inline metrics::Resources filled_resources() {
    metrics::Resources own;
    own.cpu_usage_perc = 12.5;
    own.memory_rss_kb = 30000;
    own.memory_vsz_kb = 120000;
    own.memory_pss_kb = 25000;
    own.container_memory_used_bytes = 52428800;
    own.host_cpu_usage_perc = 50.0;
    own.host_memory_used_kb = 4096000;
    own.host_procs_running = 3;
    own.host_open_fds = 2176;
    return own;
}

inline void fill_outputs(metrics::Snapshot& snapshot) {
    snapshot.queue = {21, 5, 4096, 16777216};
    snapshot.channels = {{"stdout", 100, 0, {}, 0, 0, 0},
                         {"http", 70, 9, {{"spool_full", 2}}, 4, 8, 8192}};
    snapshot.suppressed_by_rate = 13;
    snapshot.suppressed_by_aggregation = 14;
    snapshot.reloads_ok = 2;
    snapshot.reloads_failed = 1;
    snapshot.reload_ns = 1'250'000'000;
    snapshot.start_ns = 170'000'000;
    snapshot.probe_memory = {{"rings", 5242880}, {"maps", 65536}};
    snapshot.health = {true, "", 3'000'000};
    snapshot.web = metrics::WebCounts{{{200, 40}, {404, 1}}, 2, {{"deadline", 5}}};
}

inline metrics::Snapshot filled_snapshot() {
    using namespace metrics;
    Snapshot snapshot;
    snapshot.ts_ns = kStartNs + 10'500'000'000;
    snapshot.host = filled_host();
    snapshot.judged = 8000;
    snapshot.rules = std::make_shared<const std::vector<RuleName>>(std::vector<RuleName>{
        {"Shadow opened", 4, "syscall", {"filesystem", "mitre_credential_access"}},
        {"Never fired", 5, "syscall", {"network"}},
        {"Testing rule   2 (CVE-2244)", 6, "syscall", {}}});
    snapshot.rule_counts = {{8, 900, 8, 1'500'000'000}, {0, 40, 0, 7}, {3, 0, 0, 0}};
    snapshot.kernel = filled_kernel();
    snapshot.state = filled_state();
    snapshot.state_changes = {{"threads_evicted", 31}, {"pid_reuse", 32}};
    snapshot.containers = {{"known", 41}, {"pending", 42}};
    snapshot.container_changes = {{"removed", 43}, {"cut_records", 44}};
    snapshot.deferred = {{"waited", 45}, {"incomplete", 46}};
    snapshot.deferred_ns = 4'700'000'000;
    snapshot.deferred_longest_ns = 480'000'000;
    snapshot.recorded = {{"files", 3}, {"lost_events", 0}};
    snapshot.iterators = IteratorCounts{
        61, 62, 63, {71, 72, 73, 74, 75, 76, 77, 78, 79}, {81, 82, 83, 84, 85, 86, 87, 88, 89}};
    snapshot.programs = {{"sys_exit", 1000, 250'000}};
    snapshot.plugins = {{"container.n_containers", false, 17}};
    snapshot.resources = filled_resources();
    fill_outputs(snapshot);
    return snapshot;
}

}  // namespace sensor::testing
