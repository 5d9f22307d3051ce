// SPDX-License-Identifier: Apache-2.0
// Live: the events of this machine's kernel, from the probe through a session.
#include "app/live.hpp"

#include <unistd.h>

#include <chrono>

#include "app/daemon.hpp"
#include "app/idle_source.hpp"
#include "app/kernel_filter.hpp"
#include "app/live_watch.hpp"
#include "app/session.hpp"
#include "app/signals.hpp"
#include "app/syscall_set.hpp"
#include "base/log.hpp"
#include "capture/kernel.hpp"

namespace sensor::app {
namespace {

constexpr int kPollMs = 100;

/// What does not depend on the rules.
Result<capture::KernelOptions> kernel_options(const config::Config& config,
                                              const Options& options) {
    capture::KernelOptions kernel;
    for (const std::string& text : options.scopes) {
        SENSOR_TRY(capture::Scope scope, capture::parse_scope(text));
        kernel.scopes.push_back(std::move(scope));
    }
    kernel.snaplen = config.snaplen;
    kernel.failed_calls = !config.rings.drop_failed;
    kernel.iterators = !config.disable_iterators;
    kernel.library_lines.reset();
    if (config.libs_log.enabled) kernel.library_lines = config.libs_log.least;
    kernel.bulk_ring_bytes = 1U << (19 + config.rings.preset);
    kernel.cgroup_budget = config.cgroup_budget;
    kernel.memory_bytes = std::uint64_t{config.memory_mb} << 20;
    return kernel;
}

void note_calls(const SyscallSet& set) {
    for (const std::string& name : set.unknown)
        log::warning("base_syscalls.custom_set: no system call '{}'", name);
    if (set.left_out.empty()) return;
    std::string names;
    for (const std::string& name : set.left_out) names += (names.empty() ? "" : ", ") + name;
    log::warning("rules name calls that are left out without -A: {}", names);
}

/// Where the kernel refuses, the error names everything that is missing, not only the first thing.
Result<std::unique_ptr<capture::KernelSource>> open_source(
    const capture::KernelOptions& options, std::unique_ptr<capture::LoadedProbe> loaded) {
    log::info("Loaded event sources: syscall");
    log::info("Enabled event sources: syscall");
    log::info("Opening 'syscall' source with modern BPF probe.");
    Result<std::unique_ptr<capture::KernelSource>> source =
        loaded == nullptr ? capture::KernelSource::open(options)
                          : capture::KernelSource::open(std::move(loaded), options);
    if (source.has_value()) {
        const double mb = static_cast<double>((*source)->kernel_memory()) / 1e6;
        const auto cpus = static_cast<double>(::sysconf(_SC_NPROCESSORS_CONF));
        log::info("The probe takes {:.1f} MB of kernel memory, {:.1f} MB a processor", mb,
                  mb / cpus);
        return source;
    }
    std::string text = source.error().text;
    for (const std::string& line : capture::missing_requirements()) text += "\n  - " + line;
    return Error(text, source.error().code);
}

}  // namespace

Result<WantedKernel> wanted_kernel(const lang::Program& program, const config::Config& config,
                                   const Options& options) {
    const SyscallSet set = wanted_syscalls(
        program, {config.all_syscalls, config.custom_syscalls, config.repair_syscalls,
                  !options.write_file.empty(), config.capture.enabled});
    SENSOR_TRY(capture::KernelOptions kernel, kernel_options(config, options));
    note_calls(set);
    kernel.syscalls = set.calls;
    kernel.standard_files = set.standard_files;
    return WantedKernel{std::move(kernel), set.state};
}

KernelLoading::KernelLoading(const config::Config& config, const Options& options) {
    Result<capture::KernelOptions> kernel = kernel_options(config, options);
    loaded_ = std::async(std::launch::async, [kernel = std::move(kernel)] {
        if (!kernel) return std::unique_ptr<capture::LoadedProbe>();
        auto loaded = capture::KernelSource::load_probe(*kernel);
        if (loaded) return *std::move(loaded);
        log::debug("not every program could be loaded: {}", loaded.error().text);
        return std::unique_ptr<capture::LoadedProbe>();
    });
}

std::unique_ptr<capture::LoadedProbe> KernelLoading::take() { return loaded_.get(); }

Result<OpenedKernel> open_kernel(const lang::Program& program, const config::Config& config,
                                 const Options& options,
                                 std::unique_ptr<capture::LoadedProbe> loaded) {
    SENSOR_TRY(const WantedKernel wanted, wanted_kernel(program, config, options));
    OpenedKernel opened;
    SENSOR_TRY(opened.source, open_source(wanted.options, std::move(loaded)));
    opened.state_calls = wanted.state_calls;
    return opened;
}

void say_ready(int fd) {
    if (fd >= 0 && ::write(fd, "ready\n", 6) != 6)
        log::warning("cannot write to descriptor {}", fd);
}

void scan_host(const capture::KernelSource& source, state::State& state) {
    state.scan(source.snapshot());
    const Result<> files = source.open_files(
        [&](std::span<const std::byte> record) { state.learn_file(Event::view(record)); });
    if (files) return;
    log::warning("files that are open already are read from /proc only: {}", files.error().text);
    state.scan_files();
}

Result<> read_live(capture::Source& source, double seconds, const capture::RecordFn& on_record,
                   const std::function<bool()>& done, const std::function<int()>& wait_ms) {
    using Clock = std::chrono::steady_clock;
    const Clock::time_point begin = Clock::now();
    while (!stop_requested() && !done()) {
        if (seconds > 0 && std::chrono::duration<double>(Clock::now() - begin).count() >= seconds)
            break;
        const Result<std::size_t> count = source.poll(on_record, wait_ms ? wait_ms() : kPollMs);
        if (!count.has_value()) return count.error();
    }
    return Ok{};
}

Result<> watch(const Options& options, std::unique_ptr<Generation> generation, SelfGuard& guard,
               std::unique_ptr<capture::LoadedProbe> loaded) {
    OpenedKernel opened;
    if (generation->config.no_events) {
        opened.source = make_idle_source();
    } else {
        SENSOR_TRY(opened, open_kernel(*generation->running.program, generation->config, options,
                                       std::move(loaded)));
    }
    SENSOR_TRY_OK(leave_terminal(options));
    LiveWatch live(options, std::move(opened), std::move(generation), guard);
    return live.run();
}

}  // namespace sensor::app
