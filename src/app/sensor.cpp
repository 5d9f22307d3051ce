// SPDX-License-Identifier: Apache-2.0
#include "app/sensor.hpp"

#include <sys/utsname.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "app/doctor.hpp"
#include "app/dump.hpp"
#include "app/live.hpp"
#include "app/replay.hpp"
#include "app/rules_files.hpp"
#include "app/signals.hpp"
#include "base/log.hpp"

namespace sensor::app {
namespace {

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

}  // namespace

Result<> run(const Options& options) {
    SENSOR_TRY(config::Config config, read_settings(options));
    log::configure(config.log_level, config.outputs.format.iso8601);
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
    if (options.dry_run) {
        SENSOR_TRY(const rules::RuleSet set,
                   read_rules(config, !options.rules_files.empty(), false));
        return Ok{};
    }
    catch_signals();
    SENSOR_TRY(std::unique_ptr<Generation> first, make_generation(options, std::move(config)));
    return first->config.capture_file.empty() ? watch(options, std::move(first))
                                              : replay(options, std::move(first));
}

}  // namespace sensor::app
