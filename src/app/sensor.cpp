// SPDX-License-Identifier: Apache-2.0
#include "app/sensor.hpp"

#include <sys/utsname.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>

#include "app/config.hpp"
#include "app/pipeline.hpp"
#include "app/summary.hpp"
#include "app/syscall_set.hpp"
#include "base/log.hpp"
#include "capture/kernel.hpp"

namespace sensor::app {
namespace {

constexpr std::size_t kDefaultQueue = 65536;
constexpr int kPollMs = 100;

volatile std::sig_atomic_t g_stop = 0;  // the one thing a signal handler may touch

void catch_signals() {
    struct sigaction action{};
    action.sa_handler = [](int) { g_stop = 1; };
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
}

Result<Config> read_settings(const Options& options) {
    SENSOR_TRY(Config config, load_config(options.config_file, options.overrides));
    if (options.unbuffered) config.buffered_outputs = false;
    if (options.all_events) config.all_syscalls = true;
    if (options.interpret) config.engine_native = false;
    if (!options.rules_files.empty()) config.rules_files = options.rules_files;
    for (const std::string& text : options.print_formats) {
        if (text == "c" || text == "container" || text == "k" || text == "kubernetes") continue;
        rules::AppendOutput append;
        append.extra_output = text;
        config.append_output.push_back(std::move(append));
    }
    log::configure(config.log_level, config.time_iso8601);
    return config;
}

void log_start(const Config& config) {
    utsname system{};
    uname(&system);
    log::info("Falco version: {} ({})", SENSOR_VERSION, system.machine);
    log::info("Falco initialized with configuration files:");
    log::info("   {}", config.file.empty() ? "none, built-in defaults" : config.file);
    log::info("System info: {} version {} {}", system.sysname, system.release, system.version);
    for (const std::string& note : config.notes) log::warning("{}", note);
}

Result<rules::RuleSet> read_rules(const Config& config, bool must_exist) {
    if (config.rules_files.empty()) {
        return Error("You must specify at least one rules file or folder, with -r or rules_files");
    }
    std::vector<rules::SourceFile> files;
    for (const std::string& path : config.rules_files) {
        if (!must_exist && !std::filesystem::exists(path)) continue;
        SENSOR_TRY(std::vector<rules::SourceFile> found, rules::read_rules_path(path));
        for (rules::SourceFile& file : found) files.push_back(std::move(file));
    }
    log::info("Loading rules from:");
    for (const rules::SourceFile& file : files) log::info("   {}", file.name);
    rules::LoadOptions how;
    how.least = config.priority;
    how.selections = config.selections;
    how.append_output = config.append_output;
    rules::RuleSet ruleset = rules::load_rules(files, how);
    std::string errors;
    for (const lang::Diagnostic& diagnostic : ruleset.diagnostics) {
        if (diagnostic.severity == lang::Severity::Error) {
            errors += lang::to_text(diagnostic);
        } else {
            log::warning("{}", lang::to_text(diagnostic));
        }
    }
    if (!errors.empty()) return Error("the rules have mistakes, nothing was started\n" + errors);
    if (ruleset.rules.empty()) {
        return Error(
            "no rules loaded: check -r, rules_files and the selections of the configuration");
    }
    return ruleset;
}

std::unique_ptr<engine::Engine> make_engine(const rules::RuleSet& ruleset, const Config& config,
                                            const Options& options) {
    engine::EngineOptions how;
    how.native = config.engine_native;
    how.compiler = options.compiler;
    how.cache_dir = config.cache_dir;
    std::unique_ptr<engine::Engine> made = engine::Engine::create(ruleset.program, how);
    if (made->native()) {
        log::info("{} rules compiled to {} bytes of machine code", ruleset.rules.size(),
                  made->code_bytes());
    } else {
        log::warning("{} rules are interpreted{}{}", ruleset.rules.size(),
                     made->note().empty() ? "" : ": ", made->note());
    }
    return made;
}

Result<capture::KernelOptions> kernel_options(const rules::RuleSet& ruleset, const Config& config,
                                              const Options& options) {
    capture::KernelOptions kernel;
    for (const std::string& text : options.scopes) {
        SENSOR_TRY(capture::Scope scope, capture::parse_scope(text));
        kernel.scopes.push_back(std::move(scope));
    }
    const SyscallSet set =
        wanted_syscalls(ruleset.program, {config.all_syscalls, config.custom_syscalls});
    for (const std::string& name : set.unknown)
        log::warning("base_syscalls.custom_set: no system call '{}'", name);
    if (!set.left_out.empty()) {
        std::string names;
        for (const std::string& name : set.left_out) names += (names.empty() ? "" : ", ") + name;
        log::warning("rules name calls that are left out without -A: {}", names);
    }
    kernel.syscalls = set.calls;
    kernel.snaplen = config.snaplen;
    kernel.bulk_ring_bytes = 1U << (19 + config.ring_preset);
    return kernel;
}

std::string host_name() {
    if (const char* given = std::getenv("FALCO_HOSTNAME"); given != nullptr && *given != '\0')
        return given;
    char name[256] = {};
    gethostname(name, sizeof name - 1);
    return name;
}

std::unique_ptr<output::Dispatcher> make_dispatcher(const Config& config) {
    output::AlertFormat format;
    format.json = config.json_output;
    format.iso8601 = config.time_iso8601;
    format.include_output = config.json_include_output;
    format.include_message = config.json_include_message;
    format.include_output_fields = config.json_include_output_fields;
    format.include_tags = config.json_include_tags;
    format.hostname = host_name();
    std::vector<std::unique_ptr<output::Channel>> channels;
    if (config.stdout_enabled) {
        const bool terminal = isatty(STDOUT_FILENO) == 1 && !config.json_output;
        channels.push_back(output::make_stdout({!config.buffered_outputs, terminal}));
    }
    return std::make_unique<output::Dispatcher>(
        std::move(format), std::move(channels),
        config.queue_capacity == 0 ? kDefaultQueue : config.queue_capacity);
}

/// Where the kernel refuses, the error names everything that is missing, not only the first thing.
Result<std::unique_ptr<capture::KernelSource>> open_source(const capture::KernelOptions& options) {
    log::info("Opening 'syscall' source with modern BPF probe.");
    Result<std::unique_ptr<capture::KernelSource>> source = capture::KernelSource::open(options);
    if (source.has_value()) return source;
    std::string text = source.error().text;
    for (const std::string& line : capture::missing_requirements()) text += "\n  - " + line;
    return Error(text, source.error().code);
}

void say_ready(int fd) {
    if (fd >= 0 && ::write(fd, "ready\n", 6) != 6)
        log::warning("cannot write to descriptor {}", fd);
}

Result<> judge_events(capture::Source& source, Pipeline& pipeline, double duration_s) {
    const auto limit_ns = static_cast<std::uint64_t>(duration_s * 1e9);
    while (g_stop == 0) {
        const Result<std::size_t> count = source.poll(
            [&](std::span<const std::byte> record) { pipeline.handle(record); }, kPollMs);
        if (!count.has_value()) return count.error();
        if (limit_ns != 0 && pipeline.last_ts_ns() - pipeline.first_ts_ns() >= limit_ns) break;
    }
    return Ok{};
}

Result<> watch(const Options& options, const Config& config, const rules::RuleSet& ruleset,
               engine::Engine& engine) {
    SENSOR_TRY(const capture::KernelOptions kernel, kernel_options(ruleset, config, options));
    SENSOR_TRY(const std::unique_ptr<capture::KernelSource> source, open_source(kernel));
    state::State state{state::Options{}};
    state.scan(source->snapshot());
    const std::unique_ptr<output::Dispatcher> dispatcher = make_dispatcher(config);
    Pipeline pipeline(ruleset, engine, state, *dispatcher, config.match_all, config.buffer_base64);
    say_ready(options.ready_fd);
    const Result<> ended = judge_events(*source, pipeline, options.duration_s);
    if (g_stop != 0) log::info("SIGINT received, exiting...");
    dispatcher->close();
    const std::string rule_text = rule_summary(ruleset, pipeline.stats());
    std::fwrite(rule_text.data(), 1, rule_text.size(), stdout);
    std::fflush(stdout);
    const std::string loss_text = loss_summary(source->stats(), dispatcher->stats());
    std::fwrite(loss_text.data(), 1, loss_text.size(), stderr);
    return ended;
}

}  // namespace

Result<> run(const Options& options) {
    SENSOR_TRY(const Config config, read_settings(options));
    log_start(config);
    if (!config.stdout_enabled && !options.dry_run) {
        return Error(
            "No output configured, please make sure at least one output is enabled "
            "(stdout_output.enabled)");
    }
    SENSOR_TRY(const rules::RuleSet ruleset, read_rules(config, !options.rules_files.empty()));
    if (options.dry_run) return Ok{};
    catch_signals();
    const std::unique_ptr<engine::Engine> engine = make_engine(ruleset, config, options);
    return watch(options, config, ruleset, *engine);
}

}  // namespace sensor::app
