// SPDX-License-Identifier: Apache-2.0
// Config: the settings of falco.yaml that this program acts on, after files, environment and -o.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "app/drop_monitor.hpp"
#include "base/log.hpp"
#include "base/result.hpp"
#include "rules/ruleset.hpp"

namespace sensor::app {

struct Config {
    std::vector<std::string> rules_files;
    std::vector<rules::Selection> selections;
    std::vector<rules::AppendOutput> append_output;
    lang::StaticFields static_fields;  ///< by whole name, "static.NAME"
    rules::Priority priority = rules::Priority::Debug;
    bool match_all = false;  ///< rule_matching: all

    bool json_output = false;
    bool json_include_output = true;
    bool json_include_message = false;
    bool json_include_output_fields = true;
    bool json_include_tags = true;
    bool time_iso8601 = false;
    bool buffer_base64 = false;
    bool buffered_outputs = false;
    bool stdout_enabled = false;
    std::size_t queue_capacity = 0;  ///< 0: a default bound, never unbounded

    log::Level log_level = log::Level::Info;
    bool log_stderr = true;

    DropOptions drops;  ///< syscall_event_drops

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

}  // namespace sensor::app
