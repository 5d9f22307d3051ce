// SPDX-License-Identifier: Apache-2.0
#include "app/generation.hpp"

#include <malloc.h>

#include <future>

#include "app/last_good.hpp"
#include "app/rules_files.hpp"
#include "app/shadow.hpp"
#include "base/log.hpp"
#include "config/append_output.hpp"
#include "metrics/hash.hpp"

namespace sensor::app {
namespace {

constexpr std::chrono::milliseconds kPatience(1000);  // for machine code, before it is interpreted

/// Loads the rules in a thread, as its memory lies apart: of what that takes, which is much more
/// than what stays, nothing is left between the pieces that stay.
Result<rules::RunningRules> load_running(const std::vector<rules::SourceFile>& files,
                                         const config::Config& config) {
    std::future<Result<rules::RuleSet>> reader =
        std::async(std::launch::async, [&] { return load_sources(files, config, false); });
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

/// Options that stand for keys.
std::vector<config::FlagSetting> flag_settings(const Options& options) {
    std::vector<config::FlagSetting> flags;
    if (options.unbuffered) flags.push_back({"-U", "buffered_outputs", {"false"}});
    if (options.all_events) flags.push_back({"-A", "base_syscalls.all", {"true"}});
    if (options.interpret) flags.push_back({"--interpret", "engine.jit", {"false"}});
    if (!options.rules_files.empty())
        flags.push_back({"-r", "rules_files", options.rules_files, true});
    if (!options.capture_file.empty()) {
        flags.push_back({"-e", "engine.kind", {"replay"}});
        flags.push_back({"-e", "engine.replay.capture_file", {options.capture_file}});
    }
    return flags;
}

/// -p and -D, which no setting can say.
Result<> add_former(const Options& options, config::Config& config) {
    for (const std::string& pattern : options.disabled_rules) {
        if (!rules::is_regex(pattern))
            return Error(format("Could not compile the regular expression of -D '{}'", pattern));
        rules::Selection selection;
        selection.enable = false;
        selection.name_regex = pattern;
        config.selections.push_back(std::move(selection));
    }
    for (const std::string& text : options.print_formats) {
        const lang::OutputParse parsed = config::check_appended(text, config.static_fields);
        if (!parsed.ok) return Error(format("-p '{}': {}", text, lang::first_error(parsed)));
        rules::AppendOutput append;
        append.extra_output = text;
        config.append_output.push_back(std::move(append));
    }
    return Ok{};
}

Result<std::unique_ptr<Generation>> make_from(const std::vector<rules::SourceFile>& files,
                                              config::Config config, const Options& options) {
    auto made = std::make_unique<Generation>();
    made->config = std::move(config);
    SENSOR_TRY(made->running, load_running(files, made->config));
    made->engine = make_engine(made->running, made->config, options);
    for (const rules::SourceFile& file : files)
        made->hashes.push_back(metrics::file_hash(file.name, file.text));
    malloc_trim(0);  // what reading the rules took, and most of it is free now
    return made;
}

}  // namespace

Result<config::Config> read_settings(const Options& options) {
    SENSOR_TRY(config::Config config,
               config::load_config(options.config_file, options.overrides, flag_settings(options)));
    if (options.strict) SENSOR_TRY_OK(config::check_strict(config));
    SENSOR_TRY_OK(add_former(options, config));
    if (!options.shadow.empty()) {
        log::configure(config.log_level, config.outputs.format.iso8601,
                       {config.log_stderr, config.log_syslog});
        enter_shadow(config, options.shadow);
    }
    return config;
}

Result<std::unique_ptr<Generation>> make_generation(const Options& options, config::Config config) {
    SENSOR_TRY(const std::vector<rules::SourceFile> files,
               read_sources(config, !options.rules_files.empty()));
    SENSOR_TRY(std::unique_ptr<Generation> made, make_from(files, std::move(config), options));
    // Rules that are named on the command line are somebody's to look after.
    const config::Config& now = made->config;
    if (options.rules_files.empty() && now.capture_file.empty() && !now.no_events &&
        !now.cache_dir.empty())
        keep_last_good(options, now, files);
    return made;
}

Result<std::unique_ptr<Generation>> make_fallback(const Options& options, const std::string& why) {
    Result<LastGood> last = find_last_good(options);
    if (!last) {
        log::info("no rules that ran before are used: {}", last.error().text);
        return Error(why);
    }
    // It was kept as the files say.
    if (!options.shadow.empty()) enter_shadow(last->config, options.shadow);
    SENSOR_TRY(std::unique_ptr<Generation> made,
               make_from(last->rules, std::move(last->config), options));
    made->fallback = why;
    return made;
}

}  // namespace sensor::app
