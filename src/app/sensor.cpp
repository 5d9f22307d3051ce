// SPDX-License-Identifier: Apache-2.0
#include "app/sensor.hpp"

#include <malloc.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <future>

#include "app/doctor.hpp"
#include "app/dump.hpp"
#include "app/live.hpp"
#include "app/replay.hpp"
#include "app/rules_files.hpp"
#include "app/stop.hpp"
#include "base/log.hpp"
#include "config/append_output.hpp"

namespace sensor::app {
namespace {

constexpr std::chrono::milliseconds kPatience(1000);  // for machine code, before it is interpreted

Result<config::Config> read_settings(const Options& options) {
    SENSOR_TRY(config::Config config, config::load_config(options.config_file, options.overrides));
    if (options.unbuffered && config.outputs.standard) config.outputs.standard->flush_each = true;
    if (options.all_events) config.all_syscalls = true;
    if (options.interpret) config.engine_native = false;
    if (!options.rules_files.empty()) config.rules_files = options.rules_files;
    if (!options.capture_file.empty()) config.capture_file = options.capture_file;
    for (const std::string& text : options.print_formats) {
        if (text == "c" || text == "container" || text == "k" || text == "kubernetes") continue;
        const lang::OutputParse parsed = config::check_appended(text, config.static_fields);
        if (!parsed.ok) return Error(format("-p '{}': {}", text, lang::first_error(parsed)));
        rules::AppendOutput append;
        append.extra_output = text;
        config.append_output.push_back(std::move(append));
    }
    log::configure(config.log_level, config.outputs.format.iso8601);
    return config;
}

void log_start(const config::Config& config) {
    utsname system{};
    uname(&system);
    log::info("Falco version: {} ({})", SENSOR_VERSION, system.machine);
    log::info("Falco initialized with configuration files:");
    log::info("   {}", config.file.empty() ? "none, built-in defaults" : config.file);
    if (config.capture_file.empty())
        log::info("System info: {} version {} {}", system.sysname, system.release, system.version);
    for (const std::string& note : config.notes) log::warning("{}", note);
}

Result<> examine_machine(const Options& options, const config::Config& config) {
    std::vector<capture::Finding> findings = capture::examine();
    examine_sensor(config, options.compiler, findings);
    const std::string text = options.doctor_json
                                 ? doctor_json(findings)
                                 : doctor_text(findings, ::isatty(STDOUT_FILENO) == 1 &&
                                                             std::getenv("NO_COLOR") == nullptr);
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fflush(stdout);
    if (!can_run(findings)) return Error("this machine lacks what is marked as missing");
    return Ok{};
}

/// Reads the rules in a thread, as its memory lies apart: of what reading takes, which is much more
/// than what stays, nothing is left between the pieces that stay.
Result<rules::RunningRules> load_running(const Options& options, const config::Config& config) {
    std::future<Result<rules::RuleSet>> reader = std::async(std::launch::async, [&] {
        return read_rules(config, !options.rules_files.empty(), false);
    });
    SENSOR_TRY(const rules::RuleSet ruleset, reader.get());
    return rules::running_rules(ruleset);
}

std::unique_ptr<engine::Engine> make_engine(const rules::RunningRules& running,
                                            const config::Config& config, const Options& options) {
    engine::EngineOptions how;
    how.native = config.engine_native;
    how.compiler = options.compiler;
    how.cache_dir = config.cache_dir;
    how.bundle = options.bundle;
    how.patience = kPatience;
    std::unique_ptr<engine::Engine> made = engine::Engine::create(running.program, how);
    if (made->native()) {
        if (!options.bundle.empty() && !made->from_bundle()) log::warning("{}", made->note());
        log::info("{} rules {} {} bytes of machine code{}", running.rules.size(),
                  made->from_bundle() ? "run by" : "compiled to", made->code_bytes(),
                  made->from_bundle() ? " of " + options.bundle : "");
    } else if (made->is_compiling()) {
        log::info("{} rules are interpreted until their machine code is compiled",
                  running.rules.size());
    } else {
        log::warning("{} rules are interpreted{}{}", running.rules.size(),
                     made->note().empty() ? "" : ": ", made->note());
    }
    return made;
}

}  // namespace

Result<> run(const Options& options) {
    SENSOR_TRY(const config::Config config, read_settings(options));
    if (options.dumps) {
        catch_stop_signals();
        return dump(options, config);
    }
    if (options.examines) return examine_machine(options, config);
    log_start(config);
    if (!options.validate.empty()) return validate_rules(options, config);
    if (options.describe_rules) return describe_rules(options, config);
    if (!config.outputs.any_channel() && !options.dry_run) {
        return Error(
            "No output configured, please make sure at least one output is enabled "
            "(stdout_output.enabled)");
    }
    SENSOR_TRY(const rules::RunningRules running, load_running(options, config));
    if (options.dry_run) return Ok{};
    catch_stop_signals();
    const std::unique_ptr<engine::Engine> engine = make_engine(running, config, options);
    malloc_trim(0);  // what reading the rules took, and most of it is free now
    return config.capture_file.empty() ? watch(options, config, running, *engine)
                                       : replay(options, config, running, *engine);
}

}  // namespace sensor::app
