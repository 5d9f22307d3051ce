// SPDX-License-Identifier: Apache-2.0
#include "bench/macro.hpp"

#include <memory>

#include "base/log.hpp"
#include "bench/machine.hpp"
#include "bench/macro_work.hpp"
#include "bench/rounds.hpp"

namespace sensor::bench {
namespace {

/// The work, and behind it what the sensor used of a processor meanwhile.
void add_subjects(Plan& plan, const MacroWork& work) {
    const auto share = std::make_shared<double>(0);
    Subject done;
    done.name = work.name;
    done.unit = work.unit;
    done.better = work.better;
    done.measure = [work, share](Variant& variant) -> Result<std::vector<double>> {
        const double used = variant.use().cpu_s;
        const std::uint64_t begin = now_ns();
        SENSOR_TRY(const double figure, work.perform());
        const double elapsed_s = static_cast<double>(now_ns() - begin) / 1e9;
        *share = 100 * (variant.use().cpu_s - used) / elapsed_s;
        return std::vector<double>{figure};
    };
    Subject sensor;
    sensor.name = work.name + ", sensor's CPU";
    sensor.unit = "%";
    sensor.measure = [share](Variant&) { return Result(std::vector<double>{*share}); };
    plan.subjects.push_back(std::move(done));
    plan.subjects.push_back(std::move(sensor));
}

}  // namespace

Result<Run> run_macro(const MacroBench& options) {
    SENSOR_TRY_OK(check_sensors(options));
    SENSOR_TRY(const std::unique_ptr<MacroStage> stage, make_stage(options.only, options.scale));
    Run run = describe("macro", options);
    run.info.setup.emplace_back("warm-up rounds", std::to_string(options.warmup));
    run.info.setup.emplace_back("scale", format("{}", options.scale));
    for (const std::string& what : stage->left_out())
        run.info.warnings.emplace_back("left out: " + what);
    Plan plan;
    plan.variants.push_back(std::make_unique<Variant>("bare"));
    add_sensors(options, {}, plan.variants);
    for (const MacroWork& work : stage->works()) add_subjects(plan, work);
    if (plan.subjects.empty()) return Error("none of the programs this needs is installed");
    SENSOR_TRY_OK(measure(plan, options, run));
    return run;
}

}  // namespace sensor::bench
