// SPDX-License-Identifier: Apache-2.0
// Config: all settings of this program, after falco.yaml, the files it includes, environment and
// -o. Every key there is: grammar/config.def. For the programs, which load it and hand out its
// parts.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/log.hpp"
#include "base/result.hpp"
#include "config/options.hpp"
#include "config/tree.hpp"
#include "guard/options.hpp"
#include "metrics/options.hpp"
#include "output/options.hpp"
#include "rules/ruleset.hpp"
#include "web/options.hpp"

namespace sensor::config {

/// Something to say of the configuration, as a warning in the log.
struct Note {
    enum class Kind : std::uint8_t {
        UnknownKey,
        Plugin,  ///< one that is not available
        Old,     ///< a key of an older version
        Absent,  ///< asks for what is not there
        Other
    };
    Kind kind = Kind::Other;
    std::string text;  ///< with its place
};

/// A file that was read.
struct LoadedFile {
    std::string path;
    std::string text;
    bool named = true;  ///< the main file, or a path of config_files; else found in a folder
    rules::SchemaCheck schema;
};

struct Config {
    std::vector<std::string> rules_files;
    std::vector<rules::Selection> selections;
    std::vector<rules::AppendOutput> append_output;
    lang::StaticFields static_fields;  ///< by whole name, "static.NAME"
    rules::Priority priority = rules::Priority::Debug;
    bool match_all = false;  ///< rule_matching: all

    output::OutputOptions outputs;  ///< the hostname of its format is filled in
    bool buffer_base64 = false;

    bool web_enabled = false;
    web::WebOptions web;
    metrics::MetricsOptions metrics;
    guard::GuardOptions guard;
    CaptureOptions capture;

    log::Level log_level = log::Level::Info;
    bool log_stderr = true;
    bool log_syslog = true;
    LibsLogOptions libs_log;

    DropOptions drops;
    std::uint64_t max_empty_polls = 1000;  ///< syscall_event_timeouts.max_consecutives

    std::string capture_file;  ///< engine.kind replay: what to read; empty: live
    bool no_events = false;    ///< engine.kind nodriver: neither live nor from a file

    std::uint32_t snaplen = 80;  ///< bytes of I/O buffers
    RingOptions rings;           ///< engine.modern_ebpf, or engine.kmod where that is the kind
    bool disable_iterators = false;
    std::uint32_t memory_mb = 0;      ///< engine.memory_mb, in place of the preset
    std::uint32_t cgroup_budget = 0;  ///< events a second, 0: any number
    bool kernel_filter = true;        ///< events no rule wants are dropped in the kernel
    ThreadOptions threads;
    bool all_syscalls = false;                 ///< base_syscalls.all, -A
    bool repair_syscalls = false;              ///< base_syscalls.repair
    std::vector<std::string> custom_syscalls;  ///< base_syscalls.custom_set

    bool engine_native = true;  ///< engine.jit: machine code, else interpreter
    std::string cache_dir = "/var/cache/falco-ebpf";

    ContainerOptions containers;
    std::vector<ForeignPlugin> foreign_plugins;  ///< asked for and not available

    bool watch_config_files = true;
    std::string file;                  ///< main file, empty: built-in defaults
    std::vector<LoadedFile> files;     ///< in the order of reading, the main file first
    std::vector<std::string> folders;  ///< of config_files: new files in them count after a reload
    std::vector<Note> notes;
    Node settings;  ///< what was set, merged: for --print-config

    // Of the process's environment.
    bool hostname_given = false;  ///< FALCO_HOSTNAME overrides the machine's name
    std::string host_root;        ///< HOST_ROOT: where the host's files are seen, empty: at /
    std::string cgroup_memory_file = "/sys/fs/cgroup/memory/memory.usage_in_bytes";
};

/// A key that another option of the command line sets: -U is buffered_outputs false.
struct FlagSetting {
    std::string option;              ///< what to call its origin: "-U"
    std::string path;                ///< of the key
    std::vector<std::string> texts;  ///< its value; of a list: the items
    bool list = false;
};

/// Where the main file is if none is named.
inline constexpr const char* kDefaultFile = "/etc/falco/falco.yaml";

/// Reads `path` (empty: the default place, or built-in defaults with alerts on standard output),
/// merges what it includes, applies `overrides` ("key.sub=value") in order, then `flags`.
/// fails: unreadable file, YAML error, wrong type or range; with file, line and column where known
Result<Config> load_config(const std::string& path, const std::vector<std::string>& overrides,
                           const std::vector<FlagSetting>& flags = {});

/// The same of a text; config_files are not followed and no other file is looked at.
Result<Config> load_config_text(const std::string& name, const std::string& text,
                                const std::vector<std::string>& overrides);

/// Is there a file that only `--strict` refuses to start with: unknown keys, plugins that are not
/// available, files that do not fit the schema?
/// fails: with all of them
Result<> check_strict(const Config& config);

/// fails: what can be loaded, but not run: metrics that go nowhere
Result<> check_runnable(const Config& config);

}  // namespace sensor::config
