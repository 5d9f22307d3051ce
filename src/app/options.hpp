// SPDX-License-Identifier: Apache-2.0
// Options: the command line of falco-ebpf. Today's options stand in options.cpp, those of former
// Falco versions, which become settings or are said to do nothing, in options_old.cpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "app/compare.hpp"
#include "app/migrate.hpp"

namespace CLI {
class App;
}

namespace sensor::app {

/// What `falco-ebpf dump` prints.
struct DumpOptions {
    std::string condition;      ///< -f, empty: every event
    std::string format;         ///< -p, empty: a default line
    std::string top;            ///< --top FIELD
    std::uint64_t at_most = 0;  ///< -n events, 0: no limit
    bool json = false;
    bool count = false;
};

/// How --list and --list-events are printed.
enum class ListFormat : std::uint8_t { Text, Markdown, Json };

struct Options {
    std::string config_file;
    std::string capture_file;                ///< -e: replay it instead of watching this machine
    std::string write_file;                  ///< -w: every event goes there as well
    std::vector<std::string> rules_files;    ///< -r, replace the configured list
    std::vector<std::string> overrides;      ///< -o, then what former options became
    std::vector<std::string> scopes;         ///< --scope
    std::vector<std::string> print_formats;  ///< -p
    std::vector<std::string> validate;       ///< -V: judge these rules files and exit
    /// -D: regular expressions; rules whose names they match anywhere are disabled.
    std::vector<std::string> disabled_rules;
    std::vector<std::string> enabled_sources, disabled_sources;
    std::string pid_file;     ///< -P
    bool daemon = false;      ///< -d
    int opened_fd = -1;       ///< of a daemon: see daemon.hpp
    bool all_events = false;  ///< -A
    bool unbuffered = false;  ///< -U
    bool verbose = false;     ///< -v
    bool dry_run = false;
    bool describe_rules = false;  ///< -L, or -l with the rule's name
    std::string describe_rule;
    bool list_fields = false;
    bool list_names_only = false;
    bool list_events = false;
    ListFormat list_format = ListFormat::Text;
    bool list_ignored = false;  ///< -i
    bool list_plugins = false;
    std::string plugin_info;  ///< --plugin-info NAME, empty: not asked for
    bool rule_schema = false;
    bool support = false;
    bool show_version = false;
    bool page_size = false;
    bool config_schema = false;  ///< --config-schema
    bool print_config = false;   ///< --print-config
    bool strict = false;         ///< --strict: no start with what is only a warning else
    bool interpret = false;      ///< --interpret: no machine code
    std::string list_source;
    std::string bundle;        ///< --bundle: machine code made by falco-rulec elsewhere
    std::string compiler;      ///< --compiler: path of falco-rulec
    bool event_stats = false;  ///< --stats
    double duration_s = 0;     ///< -M, 0: no limit
    bool dumps = false;        ///< subcommand dump
    bool examines = false;     ///< subcommand doctor
    bool doctor_json = false;
    DumpOptions dump;
    bool compares = false;  ///< subcommand compare
    CompareOptions compare;
    bool migrates = false;  ///< subcommand migrate
    MigrateOptions migrate;
    std::string stats_file;  ///< -s: lines of Falco 0.9's statistics, empty: none
    unsigned stats_interval_ms = 5000;
    std::string shadow;        ///< --shadow: the only place alerts go to
    int ready_fd = -1;         ///< "ready\n" is written there once events arrive
    std::string command_line;  ///< as given, words joined by blanks
    /// What is to be said of options that no longer mean what they did, one text each, for the log.
    std::vector<std::string> notes;
};

struct ParsedOptions {
    std::optional<Options> options;  ///< none: print `text` and exit with `exit_code`
    std::string text;
    int exit_code = 0;
};

inline constexpr const char* kProgramName = "falco-ebpf";
inline constexpr const char* kProgramDescription =
    "falco-ebpf - runtime security from live kernel events and captures";

/// Declares every option and subcommand; parsing fills `options`.
void declare_options(CLI::App& cli, Options& options);
/// Those of former versions: they add to overrides, disabled_rules and notes.
void declare_former_options(CLI::App& cli, Options& options);
/// Those for coming from Falco.
void declare_migration(CLI::App& cli, Options& options);

/// Values: -xVALUE, -x VALUE, --long=VALUE, --long VALUE; never split at commas. Words that belong
/// to no option are ignored, as the peer does, and said.
/// out: options, or the text of help or of what is wrong
ParsedOptions parse_options(int argc, const char* const* argv);

}  // namespace sensor::app
