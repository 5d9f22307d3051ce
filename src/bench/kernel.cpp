// SPDX-License-Identifier: Apache-2.0
#include "bench/kernel.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <optional>

#include "base/log.hpp"
#include "bench/command.hpp"
#include "bench/machine.hpp"
#include "bench/rounds.hpp"
#include "bench/tree.hpp"
#include "bench/workloads.hpp"
#include "capture/floor.hpp"

namespace sensor::bench {
namespace {

namespace fs = std::filesystem;

/// An attached program that does nothing: the floor of every sensor on this machine.
class EmptyProbeVariant final : public Variant {
public:
    EmptyProbeVariant() : Variant("empty program") {}
    Result<> enter() override {
        SENSOR_TRY(capture::EmptyProbe probe, capture::EmptyProbe::load());
        SENSOR_TRY_OK(probe.attach());
        probe_ = std::move(probe);
        return Ok{};
    }
    Result<> leave() override {
        probe_.reset();
        return Ok{};
    }

private:
    std::optional<capture::EmptyProbe> probe_;
};

std::vector<std::string> sensor_argv(const KernelBench& o) {
    const std::string program =
        o.sensor.empty() ? (fs::path(own_folder()) / "falco-ebpf").string() : o.sensor;
    if (!o.sensor_args.empty()) {
        return shell_command(format("{} {} --ready-fd {}", program, o.sensor_args, kReadyFd));
    }
    std::vector<std::string> argv{program};
    const std::string config = o.config.empty() ? in_tree("config/falco.yaml") : o.config;
    const std::string rules = o.rules.empty() ? in_tree("rules") : o.rules;
    if (!config.empty()) argv.insert(argv.end(), {"-c", config});
    if (!rules.empty()) argv.insert(argv.end(), {"-r", rules});
    argv.insert(argv.end(), {"--scope", format("tree={}", getpid())});
    argv.insert(argv.end(), {"--ready-fd", std::to_string(kReadyFd)});
    return argv;
}

Command peer_command(const KernelBench& o, std::size_t i, const std::vector<int>& cpus) {
    Command peer;
    peer.name = i < o.peer_names.size() ? o.peer_names[i] : command_name(o.peers[i]);
    peer.argv = shell_command(o.peers[i]);
    peer.readiness.by_text = o.peer_ready;
    peer.readiness.delay_ms = static_cast<unsigned>(o.peer_delay_s * 1000);
    peer.cpus = cpus;
    return peer;
}

/// Everything but the measured processor, so that no sensor's user side runs under the clock.
std::vector<int> other_cpus(const std::vector<int>& all, int measured) {
    std::vector<int> others;
    std::copy_if(all.begin(), all.end(), std::back_inserter(others),
                 [measured](int cpu) { return cpu != measured; });
    return others;
}

Plan make_plan(const KernelBench& o, const std::vector<int>& cpus,
               std::vector<Workload> workloads) {
    Plan plan;
    plan.variants.push_back(std::make_unique<Variant>("bare"));
    if (!o.no_floor && capture::EmptyProbe::load().has_value())
        plan.variants.push_back(std::make_unique<EmptyProbeVariant>());
    if (!o.no_sensor) {
        Command sensor;
        sensor.name = "falco-ebpf";
        sensor.argv = sensor_argv(o);
        sensor.cpus = cpus;
        sensor.readiness.by_pipe = true;
        plan.variants.push_back(make_command_variant(std::move(sensor)));
    }
    for (std::size_t i = 0; i < o.peers.size(); ++i) {
        plan.variants.push_back(make_command_variant(peer_command(o, i, cpus)));
    }
    for (Workload& workload : workloads) {
        Subject subject;
        subject.name = workload.name;
        subject.measure = [w = std::move(workload)](Variant&) { return sample(w); };
        plan.subjects.push_back(std::move(subject));
    }
    return plan;
}

Result<> check(const KernelBench& o) {
    if (o.no_sensor && o.peers.empty()) return Error("nothing to compare: no sensor and no peer");
    if (o.no_sensor) return Ok{};
    if (!o.sensor.empty() || fs::exists(fs::path(own_folder()) / "falco-ebpf")) return Ok{};
    return Error("no falco-ebpf beside this program; give --sensor PATH or --no-sensor");
}

}  // namespace

Result<Run> run_kernel(const KernelBench& options) {
    SENSOR_TRY_OK(check(options));
    const std::vector<int> all = allowed_cpus();
    SENSOR_TRY(const int cpu, measured_cpu(options));
    Run run = describe("kernel", options);
    run.info.setup.emplace_back("warm-up rounds", std::to_string(options.warmup));
    run.info.setup.emplace_back("scale", format("{}", options.scale));
    run.info.setup.emplace_back("measured processor", std::to_string(cpu));
    if (!options.no_floor && !capture::EmptyProbe::load().has_value())
        run.info.warnings.emplace_back("eBPF is refused here: no empty program to compare with");
    if (all.size() < 2) {
        run.info.warnings.emplace_back("one processor: a sensor's user side runs under the clock");
    }
    SENSOR_TRY(std::vector<Workload> workloads, kernel_workloads(options.scale));
    Plan plan = make_plan(options, other_cpus(all, cpu), std::move(workloads));
    SENSOR_TRY_OK(measure(plan, options, run));
    return run;
}

}  // namespace sensor::bench
