// SPDX-License-Identifier: Apache-2.0
#include "bench/pipeline.hpp"

#include <algorithm>
#include <cstdio>
#include <optional>

#include "app/query.hpp"
#include "app/replay.hpp"
#include "base/log.hpp"
#include "bench/machine.hpp"
#include "bench/repeat_capture.hpp"
#include "bench/rounds.hpp"
#include "bench/tree.hpp"
#include "judge/judge.hpp"
#include "rules/ruleset.hpp"

namespace sensor::bench {
namespace {

constexpr const char* kOneRule = "evt.type in (open, openat, openat2) and fd.name = /no/such/file";

/// How far an event goes.
enum class Stage { Read, State, Rules };

class StageVariant final : public Variant {
public:
    StageVariant(std::string name, Stage stage) : Variant(std::move(name)), stage_(stage) {}
    StageVariant(std::string name, rules::RunningRules running, const PipelineBench& options)
        : Variant(std::move(name)), stage_(Stage::Rules), running_(std::move(running)) {
        engine::EngineOptions how;
        how.native = !options.interpret;
        how.compiler = options.compiler;
        engine_ = engine::Engine::create(running_.program, how);
    }

    const engine::Engine* engine() const { return engine_.get(); }
    std::uint64_t matches() const { return matches_; }

    /// Reads the whole capture once. out: ns an event
    Result<std::vector<double>> measure(const RepeatedCapture& capture) {
        SENSOR_TRY(const std::unique_ptr<capture::ScapSource> source,
                   capture::ScapSource::open(capture.path()));
        state::State state(judge::replay_state());
        std::optional<judge::Judge> judge;
        if (engine_) judge.emplace(*engine_, state, running_.rules.size(), false);
        std::uint64_t events = 0;
        matches_ = 0;
        const std::uint64_t begin = now_ns();
        SENSOR_TRY_OK(app::read_capture(
            *source, state,
            [&](std::span<const std::byte> record, std::uint64_t number, bool wanted) {
                ++events;
                handle(record, number, wanted, state, judge);
            },
            [] { return false; }));
        const std::uint64_t end = now_ns();
        return std::vector{static_cast<double>(end - begin) / static_cast<double>(events)};
    }

private:
    void handle(std::span<const std::byte> record, std::uint64_t number, bool wanted,
                state::State& state, std::optional<judge::Judge>& judge) {
        if (stage_ == Stage::Read) return;
        if (judge) {
            judge->handle(record, number, wanted,
                          [this](const fields::Context&, std::span<const std::uint32_t> matches) {
                              matches_ += matches.size();
                          });
            return;
        }
        const Event event = Event::view(record);
        if (!event.valid()) return;
        state.begin(event);
        state.end(event);
    }

    const Stage stage_;
    rules::RunningRules running_;
    std::unique_ptr<engine::Engine> engine_;
    std::uint64_t matches_ = 0;
};

Result<rules::RunningRules> our_rules(const PipelineBench& options) {
    const std::string path = options.rules.empty() ? in_tree("rules") : options.rules;
    if (path.empty()) return Error("no rules/ around this program; give -r PATH");
    SENSOR_TRY(const std::vector<rules::SourceFile> files, rules::read_rules_path(path));
    rules::RuleSet ruleset = rules::load_rules(files, {});
    if (!ruleset.ok()) return Error("the rules of " + path + " have mistakes: falco-rulec check");
    return rules::running_rules(ruleset);
}

Result<std::vector<std::unique_ptr<StageVariant>>> make_variants(const PipelineBench& options,
                                                                 RunInfo& info) {
    std::vector<std::unique_ptr<StageVariant>> variants;
    variants.push_back(std::make_unique<StageVariant>("reader", Stage::Read));
    variants.push_back(std::make_unique<StageVariant>("+ state", Stage::State));
    SENSOR_TRY(rules::RunningRules one, app::make_query(kOneRule, "%evt.num"));
    variants.push_back(std::make_unique<StageVariant>("+ one rule", std::move(one), options));
    SENSOR_TRY(rules::RunningRules ours, our_rules(options));
    info.setup.emplace_back("rules", std::to_string(ours.rules.size()));
    variants.push_back(std::make_unique<StageVariant>("+ our rules", std::move(ours), options));
    for (const auto& variant : variants) {
        if (variant->engine() != nullptr && !variant->engine()->native() && !options.interpret)
            info.warnings.push_back(variant->name() +
                                    " is interpreted: " + variant->engine()->note());
    }
    return variants;
}

}  // namespace

Result<Run> run_pipeline(const PipelineBench& options) {
    SENSOR_TRY(const RepeatedCapture capture,
               RepeatedCapture::make(options.capture, options.least_events));
    Run run = describe("pipeline", options);
    run.info.setup.emplace_back("events", std::to_string(capture.events()));
    run.info.setup.emplace_back("MB", std::to_string(capture.bytes() / 1'000'000));
    SENSOR_TRY(std::vector<std::unique_ptr<StageVariant>> variants,
               make_variants(options, run.info));
    Plan plan;
    for (auto& variant : variants) plan.variants.push_back(std::move(variant));
    Subject subject;
    subject.name = "event";
    subject.measure = [&capture](Variant& variant) {
        return static_cast<StageVariant&>(variant).measure(capture);
    };
    plan.subjects.push_back(std::move(subject));
    SENSOR_TRY_OK(measure(plan, options, run));
    return run;
}

}  // namespace sensor::bench
