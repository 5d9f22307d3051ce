// SPDX-License-Identifier: Apache-2.0
#include "bench/rules.hpp"

#include <algorithm>
#include <cstdio>
#include <map>
#include <memory>

#include "bench/busy_host.hpp"
#include "bench/machine.hpp"
#include "bench/rounds.hpp"
#include "bench/rule_shapes.hpp"
#include "judge/judge.hpp"
#include "judge/replay.hpp"
#include "rules/ruleset.hpp"

namespace sensor::bench {
namespace {

constexpr const char* kBaseline = "state alone";
constexpr std::size_t kLargeSet = 5000;    // rules from which on they are compiled fast
constexpr std::size_t kMostChecks = 40e6;  // rules times events the reference goes through a round

/// The streams of all rounds: each round has its own, so that names seen once are not learnt.
class Streams {
public:
    Streams(std::size_t events, std::uint32_t seed) : events_(events), seed_(seed) {}
    const BusyHost& of_round(std::size_t round) {
        std::unique_ptr<BusyHost>& stream = made_[round];
        if (!stream) {
            made_.erase(made_.begin(), made_.find(round));  // the rounds before are over
            stream = std::make_unique<BusyHost>(events_, seed_, static_cast<std::uint32_t>(round));
        }
        return *stream;
    }

private:
    std::size_t events_;
    std::uint32_t seed_;
    std::map<std::size_t, std::unique_ptr<BusyHost>> made_;
};

/// One way to judge, for all sizes.
class Evaluator final : public Variant {
public:
    Evaluator(std::string name, bool judges, bool native, bool narrowing)
        : Variant(std::move(name)), judges_(judges), native_(native), narrowing_(narrowing) {}

    Result<> prepare(const rules::RuleSet& ruleset, const RulesBench& options) {
        if (!judges_) return Ok{};
        engine::EngineOptions how;
        how.native = native_;
        how.narrowing = narrowing_;
        how.compiler = options.compiler;
        how.level = ruleset.rules.size() >= kLargeSet ? 0 : 1;
        std::unique_ptr<engine::Engine> engine = engine::Engine::create(ruleset.program, how);
        if (native_ && !engine->native()) return Error(engine->note());
        engines_[ruleset.rules.size()] = std::move(engine);
        return Ok{};
    }

    /// One round. out: ns an event
    Result<std::vector<double>> measure(Streams& streams, std::size_t rules) {
        const BusyHost& host = streams.of_round(rounds_[rules]++);
        state::State state(judge::replay_state());
        host.fill(state);
        std::span<const OwnedRecord> events(host.events());
        const bool slow = judges_ && !native_ && !narrowing_;
        if (slow) events = events.first(std::min(events.size(), kMostChecks / rules));
        engine::Engine* engine = judges_ ? engines_[rules].get() : nullptr;
        std::uint64_t& matches = matches_[rules];
        const std::uint64_t begin = now_ns();
        if (engine == nullptr) {
            for (const OwnedRecord& record : events) {
                const Event event = Event::view(record.record());
                state.begin(event);
                state.end(event);
            }
        } else {
            judge::Judge judge(*engine, state, rules, false);
            std::uint64_t number = 0;
            for (const OwnedRecord& record : events) {
                judge.handle(record.record(), ++number, true,
                             [&](const fields::Context&, std::span<const std::uint32_t> found) {
                                 matches += found.size();
                             });
            }
        }
        const std::uint64_t end = now_ns();
        judged_[rules] += events.size();
        return std::vector{static_cast<double>(end - begin) / static_cast<double>(events.size())};
    }

    /// Conditions left to judge an event.
    double judged(std::size_t rules) const {
        const auto engine = engines_.find(rules);
        const auto events = judged_.find(rules);
        if (engine == engines_.end() || events == judged_.end() || events->second == 0) return 0;
        return static_cast<double>(engine->second->judged()) / static_cast<double>(events->second);
    }
    /// Events that some rule held for, of a thousand.
    double matched(std::size_t rules) const {
        const auto judged = judged_.find(rules), matches = matches_.find(rules);
        if (judged == judged_.end() || matches == matches_.end() || judged->second == 0) return 0;
        return 1000.0 * static_cast<double>(matches->second) / static_cast<double>(judged->second);
    }

private:
    const bool judges_, native_, narrowing_;
    std::map<std::size_t, std::unique_ptr<engine::Engine>> engines_;
    std::map<std::size_t, std::size_t> rounds_;
    std::map<std::size_t, std::uint64_t> matches_, judged_;
};

Result<rules::RuleSet> load(std::size_t count, std::uint32_t seed) {
    rules::RuleSet ruleset = rules::load_rules({{"made", make_rules_text(count, seed)}}, {});
    if (ruleset.ok()) return ruleset;
    return Error("the made rules have mistakes: " + lang::to_text(ruleset.diagnostics.front()));
}

}  // namespace

Result<Run> run_rules(const RulesBench& options) {
    Run run = describe("rules", options);
    run.info.setup.emplace_back("events a round", std::to_string(options.events));
    run.info.setup.emplace_back("seed", std::to_string(options.seed));
    std::vector<std::unique_ptr<Evaluator>> evaluators;
    evaluators.push_back(std::make_unique<Evaluator>(kBaseline, false, false, false));
    evaluators.push_back(std::make_unique<Evaluator>("reference", true, false, false));
    evaluators.push_back(std::make_unique<Evaluator>("machine code", true, true, false));
    evaluators.push_back(std::make_unique<Evaluator>("interpreter", true, false, true));
    evaluators.push_back(std::make_unique<Evaluator>("engine", true, true, true));
    std::erase_if(evaluators, [&](const std::unique_ptr<Evaluator>& evaluator) {
        const bool asked = options.only.empty() ||
                           std::find(options.only.begin(), options.only.end(), evaluator->name()) !=
                               options.only.end();
        return !asked && evaluator->name() != kBaseline;
    });
    Streams streams(options.events, options.seed);
    Plan plan;
    for (const std::size_t size : options.sizes) {
        SENSOR_TRY(const rules::RuleSet ruleset, load(size, options.seed));
        for (const auto& evaluator : evaluators)
            SENSOR_TRY_OK(evaluator->prepare(ruleset, options));
        Subject subject;
        subject.name = std::to_string(size) + " rules";
        subject.measure = [&streams, size](Variant& variant) {
            return static_cast<Evaluator&>(variant).measure(streams, size);
        };
        plan.subjects.push_back(std::move(subject));
    }
    for (auto& evaluator : evaluators) plan.variants.push_back(std::move(evaluator));
    SENSOR_TRY_OK(measure(plan, options, run));
    for (const std::size_t size : options.sizes) {
        char text[64];
        const auto& last = static_cast<const Evaluator&>(*plan.variants.back());
        std::snprintf(text, sizeof text, "%.2f conditions judged an event, %.2f of 1000 matched",
                      last.judged(size), last.matched(size));
        run.info.setup.emplace_back(std::to_string(size) + " rules", text);
    }
    return run;
}

}  // namespace sensor::bench
