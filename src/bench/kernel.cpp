// SPDX-License-Identifier: Apache-2.0
#include "bench/kernel.hpp"

#include <algorithm>
#include <iterator>
#include <optional>

#include "base/log.hpp"
#include "bench/machine.hpp"
#include "bench/rounds.hpp"
#include "bench/workloads.hpp"
#include "capture/floor.hpp"

namespace sensor::bench {
namespace {

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
    add_sensors(o, cpus, plan.variants);
    for (Workload& workload : workloads) {
        Subject subject;
        subject.name = workload.name;
        subject.measure = [w = std::move(workload)](Variant&) { return sample(w); };
        plan.subjects.push_back(std::move(subject));
    }
    return plan;
}

}  // namespace

Result<Run> run_kernel(const KernelBench& options) {
    SENSOR_TRY_OK(check_sensors(options));
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
