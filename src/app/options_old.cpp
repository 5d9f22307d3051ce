// SPDX-License-Identifier: Apache-2.0
// Options of former Falco versions, from 0.9 on: a table of what each has become. Those with a
// successor are taken as that setting, the others do nothing; either is said once in the log.
#include <CLI/CLI.hpp>
#include <algorithm>

#include "app/options.hpp"
#include "base/log.hpp"

namespace sensor::app {
namespace {

constexpr const char* kGroup = "Options of former versions";

struct Former {
    const char* names;
    const char* value;     ///< of its argument, nullptr: it has none
    const char* versions;  ///< that had it
    /// Settings it is taken as, one a line, {} for the argument; nullptr: it does nothing any more.
    const char* settings;
    const char* advice;  ///< what is to be used instead of one without settings
};

constexpr const char* kNoApi =
    "the API server is not asked; k8s.pod.* and k8s.ns.name come from the container runtime";
constexpr const char* kNoMesos = "Mesos has no successor; container.* fields still work";
constexpr const char* kNoGvisor =
    "gVisor sandboxes are not watched; this sensor sees the system calls of the host";

constexpr Former kFormer[] = {
    {"-b,--print-base64", nullptr, "0.13 to 0.40", "buffer_format_base64=true", nullptr},
    {"-S,--snaplen", "BYTES", "0.13 to 0.40", "falco_libs.snaplen={}", nullptr},
    {"--modern-bpf", nullptr, "0.33 to 0.37", "engine.kind=modern_ebpf", nullptr},
    {"--nodriver", nullptr, "0.35 to 0.37", "engine.kind=nodriver", nullptr},
    {"--cri", "PATH", "0.15 to 0.39", "container_engines.cri.sockets[]={}", nullptr},
    {"--disable-cri-async", nullptr, "0.22 to 0.39", nullptr,
     "a container runtime never delays events here"},
    {"-k,--k8s-api", "URL", "0.9 to 0.36", nullptr, kNoApi},
    {"-K,--k8s-api-cert", "FILE", "0.9 to 0.36", nullptr, kNoApi},
    {"--k8s-node", "NAME", "0.29 to 0.36", nullptr, kNoApi},
    {"-m,--mesos-api", "URL", "0.9 to 0.34", nullptr, kNoMesos},
    {"-u,--userspace", nullptr, "0.24 to 0.36", nullptr,
     "system calls are not traced with ptrace; events come from the eBPF probe"},
    {"-g,--gvisor-config", "FILE", "0.33 to 0.43", nullptr, kNoGvisor},
    {"--gvisor-root", "PATH", "0.33 to 0.43", nullptr, kNoGvisor},
    {"--alternate-lua-dir", "PATH", "0.26 to 0.30", nullptr, "no Lua scripts are used any more"},
};

std::string shown_name(const Former& row, const std::string& value) {
    const std::string_view names = row.names;
    const std::string name(names.substr(0, names.find(',')));
    return row.value == nullptr ? name : name + " " + value;
}

void note(Options& o, const std::string& name, const char* versions, const std::string& taken_as) {
    o.notes.push_back(format("{}: an option of Falco {}, taken as {}", name, versions, taken_as));
}

void take(const Former& row, const std::string& value, Options& o) {
    const std::string name = shown_name(row, value);
    if (row.settings == nullptr) {
        o.notes.push_back(
            format("{}: an option of Falco {}, ignored: {}", name, row.versions, row.advice));
        return;
    }
    std::string taken_as;
    std::string_view left = row.settings;
    while (!left.empty()) {
        const std::size_t end = std::min(left.find('\n'), left.size());
        std::string setting(left.substr(0, end));
        if (const std::size_t at = setting.find("{}"); at != std::string::npos)
            setting.replace(at, 2, value);
        taken_as += (taken_as.empty() ? "-o " : " -o ") + setting;
        o.overrides.push_back(std::move(setting));
        left.remove_prefix(std::min(end + 1, left.size()));
    }
    note(o, name, row.versions, taken_as);
}

std::string help_text(const Former& row) {
    if (row.settings == nullptr) return format("{}: ignored, {}", row.versions, row.advice);
    std::string text(row.settings);
    std::replace(text.begin(), text.end(), '\n', ' ');
    if (const std::size_t at = text.find("{}"); at != std::string::npos)
        text.replace(at, 2, row.value == nullptr ? "" : row.value);
    return format("{}: the same as -o {}", row.versions, text);
}

void declare_row(CLI::App& cli, const Former& row, Options& o) {
    if (row.value == nullptr) {
        cli.add_flag_callback(
               row.names, [&row, &o] { take(row, {}, o); }, help_text(row))
            ->group(kGroup);
        return;
    }
    cli.add_option_function<std::vector<std::string>>(
           row.names,
           [&row, &o](const std::vector<std::string>& values) {
               for (const std::string& value : values) take(row, value, o);
           },
           help_text(row))
        ->type_name(row.value)
        ->allow_extra_args(false)
        ->group(kGroup);
}

using Texts = std::vector<std::string>;

/// -D, -T and -t, which choose rules; the last one excludes the others.
void declare_choice(CLI::App& cli, Options& o) {
    constexpr const char* kVersions = "until 0.38";
    const auto declare = [&](const char* name, const char* value, const char* help, auto act) {
        cli.add_option_function<Texts>(name, act, help)
            ->type_name(value)
            ->allow_extra_args(false)
            ->group(kGroup);
    };
    declare("-D", "PATTERN",
            "until 0.38: disables rules whose names hold a match of this regular expression; now "
            "-o rules[].disable.rule=NAME, with * for any text",
            [&o](const Texts& patterns) {
                o.disabled_rules = patterns;
                for (const std::string& pattern : patterns)
                    note(o, "-D " + pattern, kVersions,
                         "rules[].disable for every rule whose name it matches");
            });
    declare("-T", "TAG", "until 0.38: the same as -o rules[].disable.tag=TAG",
            [&o](const Texts& tags) {
                for (const std::string& tag : tags) {
                    o.overrides.push_back("rules[].disable.tag=" + tag);
                    note(o, "-T " + tag, kVersions, "-o " + o.overrides.back());
                }
            });
    declare("-t", "TAG",
            "until 0.38: the same as -o rules[].disable.rule=* -o rules[].enable.tag=TAG",
            [&o](const Texts& tags) {
                o.overrides.emplace_back("rules[].disable.rule=*");
                for (const std::string& tag : tags) {
                    o.overrides.push_back("rules[].enable.tag=" + tag);
                    note(o, "-t " + tag, kVersions,
                         "-o rules[].disable.rule=* -o " + o.overrides.back());
                }
            });
}

/// The statistics file, which scripts of those versions read: it has kept its form.
void declare_statistics(CLI::App& cli, Options& o) {
    cli.add_option("-s", o.stats_file,
                   "0.9 to 0.35: appends a line of statistics every 5 s; metrics.output_file has "
                   "more")
        ->type_name("FILE")
        ->group(kGroup);
    cli.add_option("--stats-interval", o.stats_interval_ms,
                   "0.26 to 0.35: milliseconds between two lines of -s")
        ->type_name("MS")
        ->check(CLI::Range(100, 86'400'000))
        ->group(kGroup);
}

}  // namespace

void declare_former_options(CLI::App& cli, Options& o) {
    declare_choice(cli, o);
    declare_statistics(cli, o);
    for (const Former& row : kFormer) declare_row(cli, row, o);
    cli.add_flag_callback(
           "--markdown",
           [&o] {
               o.list_format = ListFormat::Markdown;
               o.notes.emplace_back("--markdown is deprecated, use --format markdown");
           },
           "until 0.43: the same as --format markdown")
        ->excludes("--format")
        ->group(kGroup);
    cli.add_flag_callback(
           "--list-syscall-events",
           [&o] {
               o.list_events = true;
               o.notes.emplace_back("--list-syscall-events is deprecated, use --list-events");
           },
           "until 0.35: the same as --list-events")
        ->group(kGroup);
    cli.add_option("--gvisor-generate-config", "0.33 to 0.43: an error, gVisor is not supported")
        ->type_name("[SOCKET]")
        ->expected(0, 1)
        ->group(kGroup);
}

}  // namespace sensor::app
