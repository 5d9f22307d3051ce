// SPDX-License-Identifier: Apache-2.0
// Config: the settings of falco.yaml that this program acts on, after files, environment and -o.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/log.hpp"
#include "base/result.hpp"
#include "metrics/options.hpp"
#include "output/options.hpp"
#include "rules/ruleset.hpp"
#include "web/options.hpp"

namespace sensor::config {

/// syscall_event_drops. Any loss is said, unless the configuration has it otherwise.
struct DropOptions {
    double threshold = 0;  ///< share of events lost that is still fine
    bool log = true;
    bool alert = true;
    bool exit = false;
    double rate = 0.03333;  ///< actions a second
    double max_burst = 1;
    bool simulate = false;  ///< pretend one drop a second; the threshold is 0 then
};

struct Config {
    std::vector<std::string> rules_files;
    std::vector<rules::Selection> selections;
    std::vector<rules::AppendOutput> append_output;
    lang::StaticFields static_fields;  ///< by whole name, "static.NAME"
    rules::Priority priority = rules::Priority::Debug;
    bool match_all = false;  ///< rule_matching: all

    output::OutputOptions outputs;
    bool buffer_base64 = false;

    bool web_enabled = false;
    web::WebOptions web;
    metrics::MetricsOptions metrics;

    log::Level log_level = log::Level::Info;
    bool log_stderr = true;

    DropOptions drops;

    std::string capture_file;  ///< engine.kind replay: what to read; empty: live

    std::uint32_t snaplen = 80;                ///< bytes of I/O buffers
    std::uint32_t ring_preset = 4;             ///< 1 MiB << (n - 1)
    std::uint32_t memory_mb = 0;               ///< engine.memory_mb, in place of the preset
    std::uint32_t cgroup_budget = 0;           ///< events a second, 0: any number
    bool kernel_filter = true;                 ///< events no rule wants are dropped in the kernel
    bool all_syscalls = false;                 ///< base_syscalls.all, -A
    std::vector<std::string> custom_syscalls;  ///< base_syscalls.custom_set

    bool engine_native = true;  ///< engine.jit: machine code, else interpreter
    std::string cache_dir = "/var/cache/falco-ebpf";

    std::string file;                ///< main file, empty: built-in defaults
    std::vector<std::string> notes;  ///< keys that are set but not acted on, for the log
};

/// Reads `path` (empty: the default places), applies `overrides` ("key.sub=value") in order.
/// fails: unreadable file, YAML error, wrong type or range; with file and line where known
Result<Config> load_config(const std::string& path, const std::vector<std::string>& overrides);

}  // namespace sensor::config
