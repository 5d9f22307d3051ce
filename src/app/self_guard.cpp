// SPDX-License-Identifier: Apache-2.0
#include "app/self_guard.hpp"

#include <time.h>
#include <unistd.h>

#include <filesystem>

#include "app/container_watch.hpp"
#include "app/signals.hpp"
#include "base/clock.hpp"
#include "base/log.hpp"
#include "engine/compiler_process.hpp"
#include "guard/capabilities.hpp"
#include "guard/own_file.hpp"
#include "guard/process.hpp"
#include "guard/seccomp.hpp"
#include "runtimes/sockets.hpp"

namespace sensor::app {
namespace {

constexpr std::uint64_t kMendNs = 1'000'000'000;
constexpr std::uint16_t kFirstFreePort = 1024;

std::string own_program() {
    std::error_code none;
    return std::filesystem::read_symlink("/proc/self/exe", none).string();
}

std::string compiler_of(const Options& options) {
    const Result<std::string> found = engine::find_compiler(options.compiler);
    return found ? *found : std::string();
}

/// Files and folders that are read as configuration, rules or code.
std::vector<std::string> own_files(const Options& options, const config::Config& config) {
    std::vector<std::string> paths{own_program(), compiler_of(options), config.file,
                                   options.bundle};
    for (const std::string& path : config.rules_files) {
        paths.push_back(path);
        std::error_code none;
        for (const auto& entry : std::filesystem::directory_iterator(path, none))
            paths.push_back(entry.path().string());
    }
    if (config.engine_native) paths.push_back(config.cache_dir);
    paths.push_back(config.outputs.spool.folder);
    if (config.web_enabled) {
        paths.push_back(config.web.certificate);
        paths.push_back(config.web.token_file);
    }
    std::erase_if(paths, [](const std::string& path) { return path.empty(); });
    return paths;
}

std::vector<std::string> growing_files(const config::Config& config) {
    std::vector<std::string> paths;
    if (config.outputs.file) paths.push_back(config.outputs.file->filename);
    return paths;
}

/// Descriptors that were given to us and are still to be used.
std::vector<int> wanted_descriptors(const Options& options, const config::Config& config) {
    std::vector<int> wanted{options.ready_fd, options.opened_fd,
                            guard::descriptor_of(options.capture_file),
                            guard::descriptor_of(options.bundle)};
    for (const std::string& path : config.rules_files) wanted.push_back(guard::descriptor_of(path));
    for (const std::string& path : growing_files(config))
        wanted.push_back(guard::descriptor_of(path));
    return wanted;
}

guard::CapabilityNeeds needs_of(const Options& options, const config::Config& config) {
    guard::CapabilityNeeds needs;
    needs.events = config.capture_file.empty();
    needs.files = true;
    needs.low_port = config.web_enabled && config.web.port != 0 && config.web.port < kFirstFreePort;
    needs.written = growing_files(config);
    needs.written.push_back(config.metrics.output_file);
    needs.written.push_back(config.outputs.spool.folder);
    needs.written.push_back(options.write_file);
    needs.written.push_back(options.stats_file);
    if (config.capture.enabled)
        needs.written.push_back(
            std::filesystem::path(config.capture.path_prefix).parent_path().string());
    if (config.engine_native) needs.written.push_back(config.cache_dir);
    std::erase_if(needs.written, [](const std::string& path) { return path.empty(); });
    return needs;
}

/// What is done by a process that keeps the rights which this one gives up.
guard::LauncherTasks launcher_tasks(const config::Config& config) {
    guard::LauncherTasks tasks;
    if (config.outputs.program) tasks.programs.push_back(config.outputs.program->program);
    tasks.connect = [asked = watcher_options(config.containers, state::default_host_root())](
                        const std::string& path) -> Result<Fd> {
        if (!runtimes::is_socket_of(path, asked))
            return Error(path + " is no socket that was configured at the start", EPERM);
        return runtimes::connect_to(path, asked.host_root);
    };
    return tasks;
}

std::uint64_t monotonic_ns() {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000U +
           static_cast<std::uint64_t>(now.tv_nsec);
}

output::Alert tamper_alert(const guard::Finding& finding) {
    constexpr const char* kName = "Falco internal: tampering";
    output::Alert alert = output::internal_alert(epoch_ns(), rules::Priority::Critical, kName,
                                                 format("{}: {}", kName, finding.text));
    alert.fields["tamper.kind"] = finding.kind;
    for (const auto& [name, value] : finding.fields) alert.fields[name] = value;
    return alert;
}

/// Gives up what is not needed. out: what could not be given up
std::vector<std::string> restrain(const Options& options, const config::Config& config) {
    const guard::GuardOptions& wanted = config.guard;
    std::vector<std::string> failed = guard::settle_process(wanted.no_new_privs);
    guard::lower_oom_score();
    guard::CapabilityNeeds needs = needs_of(options, config);
    needs.module_types = needs.events;
    // Before capabilities go: without no_new_privs the filter needs one of them.
    if (wanted.seccomp) {
        const auto profile =
            config.capture_file.empty() ? guard::Profile::Live : guard::Profile::Replay;
        const Result<> done = guard::refuse_other_calls(profile, wanted.no_new_privs);
        if (!done) failed.push_back("guard.seccomp: " + done.error().text);
        needs.module_types = needs.module_types && !done;
    }
    if (wanted.drop_capabilities) {
        const auto kept = guard::keep_capabilities(needs);
        if (!kept) {
            failed.push_back("guard.drop_capabilities: " + kept.error().text);
        } else {
            for (const std::string& note : kept->notes) log::info("{}", note);
        }
    }
    return failed;
}

}  // namespace

std::vector<std::string> SelfGuard::unsafe_files(const Options& options,
                                                 const config::Config& config) {
    std::vector<std::string> unsafe;
    if (!config.guard.check_files) return unsafe;
    for (const std::string& path : own_files(options, config)) {
        if (auto wrong = guard::check_file(path)) unsafe.push_back(*std::move(wrong));
    }
    return unsafe;
}

capture::Finding SelfGuard::own_files_finding(const Options& options,
                                              const config::Config& config) {
    using State = capture::Finding::State;
    const std::vector<std::string> unsafe = unsafe_files(options, config);
    capture::Finding finding{
        "rules", "own files", State::Good, "only root and this user write them", "", ""};
    if (unsafe.empty()) return finding;
    finding.state = State::Blind;
    finding.found = unsafe.front();
    if (unsafe.size() > 1) finding.found += format("; and {} more", unsafe.size() - 1);
    finding.effect = "who can change them decides what raises an alert";
    finding.remedy = "let them and their folders belong to root, and be writable by nobody else";
    return finding;
}

Result<std::unique_ptr<SelfGuard>> SelfGuard::start(const Options& options,
                                                    const config::Config& config, bool strict) {
    std::unique_ptr<SelfGuard> made(new SelfGuard);
    guard::close_inherited(wanted_descriptors(options, config));
    std::vector<std::string> wrong = unsafe_files(options, config);
    if (const std::string code = guard::foreign_code(); !code.empty())
        wrong.push_back(code + ": code of others runs in the sensor");
    Result<Notifier> notifier = Notifier::from_environment();
    if (notifier) {
        made->notifier_ = *std::move(notifier);
    } else {
        wrong.push_back(notifier.error().text);
    }
    made->compiler_ = compiler_of(options);
    const bool is_less = config.guard.seccomp || config.guard.drop_capabilities;
    if (is_less && !options.dumps) {
        auto launcher = guard::Launcher::create(launcher_tasks(config), options.opened_fd >= 0);
        if (!launcher) return launcher.error();
        made->launcher_ = *std::move(launcher);
    }
    for (std::string& each : restrain(options, config)) wrong.push_back(std::move(each));
    if (config.capture_file.empty() && !options.dumps) guard::catch_foreign_signals();
    std::string all;
    for (const std::string& each : wrong) {
        all += "\n  - " + each;
        if (!strict) log::warning("{}", each);
    }
    if (strict && !all.empty()) return Error("with --strict none of this may be:" + all);
    return made;
}

void SelfGuard::ready(const config::Config& config, std::size_t rules) {
    if (watch_) {
        watch_->watch_outputs(growing_files(config));
    } else {
        guard::SelfWatchOptions watched{{own_program()}, growing_files(config)};
        if (!compiler_.empty()) watched.programs.push_back(compiler_);
        watch_.emplace(std::move(watched));
    }
    notifier_.ready(format("watching with {} rules", rules));
}

void SelfGuard::look(capture::KernelSource& source, const Post& post) {
    const std::uint64_t now_ns = monotonic_ns();
    notifier_.beat(now_ns);
    if (!watch_) return;
    std::vector<guard::Finding> found = watch_->look(now_ns);
    if (now_ns - last_mend_ns_ >= kMendNs) {
        last_mend_ns_ = now_ns;
        for (std::string& text : source.mend()) found.push_back({"probe", std::move(text), {}});
    }
    for (guard::Finding& each : found) {
        const std::optional<guard::Finding> passed = limit_.pass(std::move(each), now_ns);
        if (!passed) continue;
        log::critical("Tampering: {}", passed->text);
        post(tamper_alert(*passed));
    }
}

void SelfGuard::stopping(const Post& post) {
    notifier_.stopping();
    const std::optional<StopSignal> stop = stop_signal();
    if (!stop || stop->sender == 0) return;
    const std::string who = guard::sender_text(stop->sender, stop->user);
    const std::string name = guard::signal_name(stop->number);
    log::info("{} came from {}", name, who);
    if (stop->sender == 1 || stop->sender == ::getppid() || stop->sender == ::getpid()) return;
    post(tamper_alert({"ended",
                       format("{} ended the sensor by {}", who, name),
                       {{"tamper.signal", name},
                        {"tamper.pid", std::to_string(stop->sender)},
                        {"tamper.uid", std::to_string(stop->user)}}}));
}

}  // namespace sensor::app
