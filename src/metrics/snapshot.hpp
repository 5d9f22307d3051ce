// SPDX-License-Identifier: Apache-2.0
// Snapshot: every figure of the sensor at one moment, as plain values. The event thread fills in
// what it owns when asked (desk.hpp), read_resources() the rest on the thread that prints it. Texts
// that are string_views must be constants of the program.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sensor::metrics {

struct RuleName {
    std::string name;
    unsigned priority = 0;  ///< 0 emergency .. 7 debug
    std::string source;
    std::vector<std::string> tags;
};

struct RuleCounts {
    std::uint64_t matches = 0;  ///< alerts
    std::uint64_t evaluations = 0, hits = 0, ns = 0;
};

/// A file that was loaded, by the base name.
struct FileHash {
    std::string file_name, sha256;
};

struct EventCounts {
    std::string_view type;
    std::uint64_t seen = 0;  ///< by the kernel side
    std::uint64_t judged = 0;
    std::uint64_t out_by_interest = 0, out_by_filter = 0;  ///< dropped in the kernel as unwanted
};

struct Loss {
    std::string_view lane;    ///< empty: lanes are not told apart
    std::string_view kind;    ///< grammar/loss_class.def
    std::string_view reason;  ///< grammar/loss.def
    std::uint64_t events = 0;
};

struct CpuCounts {
    unsigned cpu = 0;
    std::uint64_t events = 0, drops = 0;
};

struct KernelCounts {
    std::uint64_t events = 0;  ///< that the probe wanted to report
    std::uint64_t drops = 0;   ///< events lost, all reasons
    std::uint64_t drops_too_large = 0;
    std::uint64_t gaps = 0;
    std::uint64_t preemptions = 0;  ///< programs the kernel left out as they were running already
    std::vector<Loss> losses;
    std::vector<CpuCounts> cpus;
    std::vector<EventCounts> types;
};

/// What the peer counts of its tables; what this sensor does not do stays 0.
struct StateCounts {
    std::uint64_t threads = 0, fds = 0;
    std::uint64_t noncached_fd_lookups = 0, cached_fd_lookups = 0, failed_fd_lookups = 0;
    std::uint64_t added_fds = 0, removed_fds = 0;
    std::uint64_t stored_events = 0, store_drops = 0, retrieved_events = 0, retrieve_drops = 0;
    std::uint64_t noncached_thread_lookups = 0, cached_thread_lookups = 0;
    std::uint64_t failed_thread_lookups = 0, added_threads = 0, removed_threads = 0;
    std::uint64_t drops_full_threadtable = 0;
};

/// A number with what it is of.
struct Named {
    std::string_view name;
    std::uint64_t value = 0;
};

/// Kinds of open files that iterators tell apart.
inline constexpr std::array<std::string_view, 9> kFileKinds = {
    "pipe",         "memfd",       "regular",        "directory", "socket_inet",
    "socket_inet6", "socket_unix", "socket_netlink", "anon_inode"};

struct IteratorCounts {
    std::uint64_t tasks = 0, task_drops = 0, too_large = 0;
    std::array<std::uint64_t, kFileKinds.size()> files{}, file_drops{};
};

struct ProgramCounts {
    std::string name;
    std::uint64_t runs = 0, run_ns = 0;
};

struct PluginMetric {
    std::string name;  ///< "container.n_containers"
    bool is_counter = false;
    std::uint64_t value = 0;
};

struct ChannelCounts {
    std::string name;
    std::uint64_t delivered = 0, refused = 0;
    std::vector<Named> dropped;                               ///< by reason
    std::uint64_t waiting = 0, spooled = 0, spool_bytes = 0;  ///< at present
};

struct QueueCounts {
    std::uint64_t drops = 0;
    std::uint64_t alerts = 0, bytes = 0, limit_bytes = 0;  ///< at present
};

struct WebCounts {
    std::vector<std::pair<unsigned, std::uint64_t>> requests;  ///< by status
    std::uint64_t open = 0;
    std::vector<Named> refused;  ///< connections ended by the server, by reason
};

struct Health {
    bool ok = true;
    std::string reason;  ///< why not
    std::optional<std::uint64_t> detection_ns;
};

struct Interface {
    std::string name;
    std::vector<std::string> ipv4, ipv6;
};

/// What changes only with a start or a reload.
struct HostFacts {
    std::string version, hostname, kernel_release;
    std::string engine_name = "modern_bpf", source = "syscall";
    std::uint64_t start_ts_ns = 0, reload_ts_ns = 0, host_boot_ts_ns = 0;
    std::uint64_t num_cpus = 0;
    std::vector<FileHash> rules_files, config_files;
    std::vector<Interface> interfaces;
};

/// Of this process and its host; what could not be read has no value.
struct Resources {
    std::optional<double> cpu_usage_perc, host_cpu_usage_perc;
    std::optional<std::uint64_t> memory_rss_kb, memory_vsz_kb, memory_pss_kb;
    std::optional<std::uint64_t> container_memory_used_bytes;
    std::optional<std::uint64_t> host_memory_used_kb, host_procs_running, host_open_fds;
};

struct Snapshot {
    std::uint64_t ts_ns = 0;  ///< when it was taken, since the epoch
    HostFacts host;
    std::uint64_t judged = 0;  ///< events given to the rules
    /// One for each rule, in the same order; shared, for rules change only with a reload.
    std::shared_ptr<const std::vector<RuleName>> rules;
    std::vector<RuleCounts> rule_counts;
    KernelCounts kernel;
    StateCounts state;
    std::vector<Named> state_changes;  ///< ours: "threads_evicted", ...
    std::vector<Named> containers, container_changes, deferred;
    std::optional<std::uint64_t> deferred_ns, deferred_longest_ns;
    std::optional<IteratorCounts> iterators;
    std::vector<ProgramCounts> programs;
    std::vector<PluginMetric> plugins;
    QueueCounts queue;
    std::vector<ChannelCounts> channels;
    std::vector<Named> recorded;  ///< ours, of capture files: "files", "events", ...
    std::uint64_t suppressed_by_rate = 0, suppressed_by_aggregation = 0;
    std::uint64_t reloads_ok = 0, reloads_failed = 0;
    std::optional<std::uint64_t> reload_ns, start_ns;  ///< how long they took
    std::vector<Named> probe_memory;                   ///< bytes in the kernel, by kind
    Health health;
    std::optional<WebCounts> web;
    Resources resources;
};

}  // namespace sensor::metrics
