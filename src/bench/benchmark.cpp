// SPDX-License-Identifier: Apache-2.0
#include "bench/benchmark.hpp"

#include <cstdio>
#include <utility>
#include <vector>

#include "bench/machine.hpp"

namespace sensor::bench {
namespace {

constexpr double kNoiseLimit = 0.10;

}  // namespace

Run describe(std::string benchmark, const RoundOptions& options) {
    Run run;
    run.info.benchmark = std::move(benchmark);
    run.info.started = utc_now();
    run.info.version = SENSOR_VERSION;
    run.info.machine = machine_facts();
    run.info.setup = {{"rounds", std::to_string(options.rounds)}};
    run.info.warnings = load_warnings();
    return run;
}

Result<int> measured_cpu(const RoundOptions& options) {
    if (options.cpu >= 0) return options.cpu;
    const std::vector<int> all = allowed_cpus();
    if (all.empty()) return Error("cannot read which processors this process may use");
    return all.back();
}

Result<> measure(Plan& plan, const RoundOptions& options, Run& run) {
    SENSOR_TRY(const int cpu, measured_cpu(options));
    if (options.pin) SENSOR_TRY_OK(pin_to({cpu}));
    plan.rounds = options.rounds;
    plan.warmup = options.warmup;
    if (!options.quiet) {
        plan.progress = [](std::string_view line) {
            std::fprintf(stderr, "%.*s\n", static_cast<int>(line.size()), line.data());
        };
    }
    run.info.baseline = plan.variants.front()->name();
    const CpuTimes before = cpu_times(cpu);
    SENSOR_TRY(run.series, run_paired(plan));
    for (std::vector<std::string> more :
         {steal_warnings(cpu, before),
          noise_warnings(run.series, run.info.baseline, kNoiseLimit)}) {
        run.info.warnings.insert(run.info.warnings.end(), more.begin(), more.end());
    }
    return Ok{};
}

}  // namespace sensor::bench
