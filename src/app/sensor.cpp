// SPDX-License-Identifier: Apache-2.0
#include "app/sensor.hpp"

#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>

#include "app/daemon.hpp"
#include "app/doctor.hpp"
#include "app/dump.hpp"
#include "app/list.hpp"
#include "app/live.hpp"
#include "app/replay.hpp"
#include "app/rules_files.hpp"
#include "app/self_guard.hpp"
#include "app/signals.hpp"
#include "app/support.hpp"
#include "app/versions.hpp"
#include "base/log.hpp"
#include "config/print.hpp"
#include "config/secrets.hpp"
#include "lang/event_set.hpp"
#include "output/json.hpp"

namespace sensor::app {
namespace {

void log_start(const Options& options, const config::Config& config) {
    utsname system{};
    uname(&system);
    log::info("Falco version: {} ({})", SENSOR_VERSION, system.machine);
    log::debug("CLI args: {}", options.command_line);
    log::info("Falco initialized with configuration files:");
    if (config.files.empty()) log::info("   none, built-in defaults");
    for (const config::LoadedFile& file : config.files) {
        const bool failed = file.schema.status == rules::SchemaCheck::Status::Failed;
        log::write(failed ? log::Level::Warning : log::Level::Info,
                   format("   {} | schema validation: {}", file.path, to_text(file.schema)));
    }
    if (config.capture_file.empty())
        log::info("System info: {} version {} {}", system.sysname, system.release, system.version);
    if (config.hostname_given) {
        log::info("Hostname value has been overridden via environment variable to: {}",
                  config.outputs.format.hostname);
    }
    for (const config::Note& note : config.notes) log::warning("{}", note.text);
    for (const std::string& note : options.notes) log::warning("{}", note);
    for (const rules::Selection& of : config.selections) {
        const char* verb = of.enable ? "Enabling" : "Disabling";
        const std::string& name = of.name_regex.empty() ? of.rule_pattern : of.name_regex;
        if (!name.empty()) log::info("{} rules with name: {}", verb, name);
        if (!of.tag.empty()) log::info("{} rules with tag: {}", verb, of.tag);
    }
}

void print(const std::string& text) {
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fflush(stdout);
}

/// What is printed instead of starting, before rules are looked at. out: false: nothing of that
Result<bool> print_only(const Options& options, const config::Config& config) {
    std::string text;
    if (options.print_config) {
        config::Config shown = config;
        config::hide_secrets(shown);
        text = shown.outputs.format.json ? output::json_line(config::print_json(shown)) + "\n"
                                         : config::print_text(shown);
    } else if (options.show_version) {
        text = config.outputs.format.json ? output::json_line(versions_json()) + "\n"
                                          : versions_text();
    } else if (options.page_size) {
        log::info("Your system page size is: {} bytes", ::sysconf(_SC_PAGESIZE));
    } else if (!options.plugin_info.empty()) {
        SENSOR_TRY(text, plugin_text(options.plugin_info));
    } else if (options.list_plugins) {
        text = plugins_text();
    } else if (options.list_fields) {
        SENSOR_TRY(text, fields_text(options.list_source, options.list_names_only, options.verbose,
                                     options.list_format));
    } else {
        return false;
    }
    print(text);
    return true;
}

/// --enable-source and --disable-source, of which a capture knows nothing.
Result<> choose_sources(const Options& options, const config::Config& config) {
    if (!config.capture_file.empty()) return Ok{};
    for (const auto* names : {&options.enabled_sources, &options.disabled_sources}) {
        for (const std::string& name : *names) {
            if (name != "syscall")
                return Error(format("unknown event source '{}': there is syscall", name));
        }
    }
    if (!options.disabled_sources.empty()) return Error("Must enable at least one event source");
    return Ok{};
}

/// -v: what each rule is judged for.
void print_event_types(const rules::RunningRules& running) {
    for (std::size_t k = 0; k < running.rules.size(); ++k) {
        const lang::EventSet& events = running.program->conditions[k].events;
        std::string names;
        if (lang::is_wide(events)) {
            names = "all";
        } else {
            for (const std::string_view name : lang::names_of(events)) {
                if (name == "asyncevent") continue;  // every rule is offered those
                names += (names.empty() ? "" : ",") + std::string(name);
            }
        }
        std::fprintf(stderr, "Event types for rule %s: %s\n", running.rules[k].name.c_str(),
                     names.c_str());
    }
}

Result<> examine_machine(const Options& options, const config::Config& config) {
    std::vector<capture::Finding> findings = capture::examine();
    examine_sensor(config, options.compiler, findings);
    findings.push_back(SelfGuard::own_files_finding(options, config));
    const std::string text = options.doctor_json
                                 ? doctor_json(findings)
                                 : doctor_text(findings, ::isatty(STDOUT_FILENO) == 1 &&
                                                             std::getenv("NO_COLOR") == nullptr);
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fflush(stdout);
    if (!can_run(findings)) return Error("this machine lacks what is marked as missing");
    return Ok{};
}

/// Nothing is printed instead, no capture is read, and rules are those of the configuration.
bool may_fall_back(const Options& options) {
    const bool only_prints = options.show_version || options.page_size || options.support ||
                             options.list_plugins || !options.plugin_info.empty() ||
                             options.list_fields || options.describe_rules || options.dry_run ||
                             !options.validate.empty() || options.dumps || options.examines;
    return !only_prints && !options.strict && options.rules_files.empty() &&
           options.capture_file.empty();
}

Result<> start_watching(const Options& options, config::Config config, SelfGuard& guard) {
    std::optional<KernelLoading> loading;
    if (!config.no_events) loading.emplace(config, options);
    const bool may_use_last = !config.no_events && !config.rules_files.empty();
    Result<std::unique_ptr<Generation>> made = make_generation(options, std::move(config));
    std::unique_ptr<capture::LoadedProbe> loaded = loading ? loading->take() : nullptr;
    if (!made && may_use_last && may_fall_back(options)) {
        loaded.reset();  // of another configuration
        made = make_fallback(options, made.error().text);
    }
    if (!made) return made.error();
    if (options.verbose) print_event_types((*made)->running);
    return watch(options, *std::move(made), guard, std::move(loaded));
}

/// With a configuration that cannot be read.
Result<> run_fallback(const Options& options, const Error& why) {
    SENSOR_TRY(std::unique_ptr<Generation> first, make_fallback(options, why.text));
    catch_signals();
    SENSOR_TRY_OK(write_pid_file(options));
    SENSOR_TRY(const std::unique_ptr<SelfGuard> guard, SelfGuard::start(options, first->config));
    return watch(options, std::move(first), *guard);
}

}  // namespace

Result<> run(const Options& options) {
    Result<config::Config> read = read_settings(options);
    if (!read) {
        // A file that is not there was never the configuration.
        const std::string file =
            options.config_file.empty() ? config::kDefaultFile : options.config_file;
        if (!may_fall_back(options) || !std::filesystem::exists(file)) return read.error();
        return run_fallback(options, read.error());
    }
    config::Config config = *std::move(read);
    log::configure(config.log_level, config.outputs.format.iso8601,
                   {config.log_stderr, config.log_syslog});
    if (options.dumps) {
        for (const std::string& note : options.notes) log::warning("{}", note);
        catch_stop_signals();
        SENSOR_TRY(const std::unique_ptr<SelfGuard> guard, SelfGuard::start(options, config));
        return dump(options, config);
    }
    if (options.examines) return examine_machine(options, config);
    log_start(options, config);
    SENSOR_TRY(const bool printed, print_only(options, config));
    if (printed) return Ok{};
    SENSOR_TRY_OK(choose_sources(options, config));
    if (!options.validate.empty()) return validate_rules(options, config);
    if (options.describe_rules) return describe_rules(options, config);
    if (options.support) {
        SENSOR_TRY(const std::string text, support_text(options, config));
        print(text);
        return Ok{};
    }
    if (!config.outputs.any_channel() && !options.dry_run) {
        return Error(
            "No output configured, please make sure at least one output is enabled "
            "(stdout_output.enabled)");
    }
    SENSOR_TRY_OK(config::check_runnable(config));
    if (options.dry_run) {
        SENSOR_TRY(const rules::RuleSet set,
                   read_rules(config, !options.rules_files.empty(), false));
        if (options.verbose) print_event_types(rules::running_rules(set));
        return Ok{};
    }
    catch_signals();
    SENSOR_TRY_OK(write_pid_file(options));
    SENSOR_TRY(const std::unique_ptr<SelfGuard> guard,
               SelfGuard::start(options, config, options.strict));
    if (!config.capture_file.empty()) {
        SENSOR_TRY(std::unique_ptr<Generation> only, make_generation(options, std::move(config)));
        if (options.verbose) print_event_types(only->running);
        return replay(options, std::move(only));
    }
    return start_watching(options, std::move(config), *guard);
}

}  // namespace sensor::app
