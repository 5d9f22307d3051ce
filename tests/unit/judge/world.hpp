// SPDX-License-Identifier: Apache-2.0
// Shared by the tests of judge/: rules from texts, a state with processes in containers, and what
// a pipeline would do with what waits.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "judge/deferral.hpp"
#include "judge/judge.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/make_event.hpp"
#include "tests/support/program_of.hpp"

namespace sensor::testing {

inline constexpr std::uint64_t kMs = 1'000'000;
inline constexpr std::uint64_t kBegin = 1'700'000'000'000 * kMs;

/// Rules of these conditions that all print the same.
struct Rules {
    Rules(const std::vector<std::string>& conditions, const std::string& output) {
        lang::Program program = program_of(conditions);
        const lang::OutputParse parsed = lang::parse_output(output, program);
        REQUIRE(parsed.ok);
        for (std::size_t k = 0; k < conditions.size(); ++k) {
            rules::RunningRule rule;
            rule.name = std::to_string(k);
            rule.format = parsed.format;
            running.rules.push_back(std::move(rule));
        }
        running.program = std::make_shared<const lang::Program>(std::move(program));
        engine::EngineOptions options;
        options.native = false;
        engine = engine::Engine::create(running.program, options);
    }

    rules::RunningRules running;
    std::unique_ptr<engine::Engine> engine;
};

inline std::string container_id(std::uint32_t number) {
    std::string id = std::to_string(number) + std::string(64, 'a');
    id.resize(64);
    return id;
}

inline containers::ContainerRecord container_record(std::uint32_t number) {
    containers::ContainerRecord record;
    record.full_id = container_id(number);
    record.id = record.full_id.substr(0, 12);
    record.type = "docker";
    record.name = number % 3 == 0 ? "cat" : "web";
    record.image_repository = number % 2 == 0 ? "example.org/web" : "";
    record.image_tag = "1.2";
    record.privileged = number % 4 == 1;
    record.pod_name = number % 5 == 0 ? "" : "pod";
    record.labels = {{"app", number % 2 == 0 ? "web" : "db"}};
    record.mounts = {{"/etc", "/host/etc", "ro", "rslave", number % 2 == 0}};
    record.known = containers::Known::Complete;
    return record;
}

/// Of the same container what names it, and nothing else yet.
inline containers::ContainerRecord named_record(std::uint32_t number) {
    containers::ContainerRecord record = container_record(number);
    record.privileged = false;
    record.mounts.clear();
    record.known = containers::Known::Named;
    return record;
}

inline state::Options world_options(std::uint64_t patience_ns) {
    state::Options options;
    options.live = false;
    options.host_root.clear();
    options.containers.patience_ns = patience_ns;
    return options;
}

struct Raised {
    std::string rule, message;
    std::uint64_t number = 0;
    bool incomplete = false;
    friend bool operator==(const Raised&, const Raised&) = default;
};

/// State, rules and what waits, as the pipeline puts them together.
class World {
public:
    World(Rules& rules, bool all, std::uint64_t patience_ns, judge::DeferralLimits limits = {})
        : state(world_options(patience_ns)),
          deferral(
              state,
              [this](const judge::LateAlert& late, output::TermSource& values) {
                  raise(late, values);
              },
              [this](const state::Container& container, std::uint64_t count) {
                  names.emplace_back(container.name, count);
              },
              limits),
          rules_(&rules),
          judge_(*rules.engine, state, rules.running.rules.size(), all) {
        deferral.use(*rules.engine, rules.running, all, kBegin);
    }

    void add(std::uint32_t tid, std::uint32_t container, const std::string& comm = "cat") {
        state::ProcessSpec spec;
        spec.tid = tid;
        spec.comm = comm;
        spec.ptid = 1;
        if (container != 0) spec.cgroups = "cpu=/docker/" + container_id(container) + '\0';
        state.add_process(spec);
    }
    void handle(const TestEvent& event, std::uint64_t number) {
        const std::uint64_t now = event.head().ts;
        state.expire_containers(now);
        judge_.handle(
            event.record(), number, true,
            [&](const fields::Context& context, std::span<const std::uint32_t> matches) {
                judge::EngineTerms values(*rules_->engine);
                for (const std::uint32_t k : matches)
                    raise({k, context.event.ts_ns(), context.evt_num, false}, values);
            },
            [](const fields::Context&) {},
            [&](const fields::Context& context) {
                deferral.settle(now);
                if (context.pending) deferral.judge(context, now);
                return context.pending;
            });
    }

    state::State state;
    judge::Deferral deferral;
    std::vector<Raised> raised;
    std::vector<std::pair<std::string, std::uint64_t>> names;

private:
    void raise(const judge::LateAlert& late, output::TermSource& values) {
        const rules::RunningRule& rule = rules_->running.rules[late.rule];
        raised.push_back({rule.name,
                          output::render_message(rule.format, *rules_->running.program, values,
                                                 {false, late.ts_ns}),
                          late.number, late.incomplete});
    }

    Rules* rules_;
    judge::Judge judge_;
};

inline TestEvent open_of(std::uint32_t tid, const std::string& name, std::uint64_t ts = kBegin) {
    HeadSpec head;
    head.tgid = tid;
    head.ts = ts;
    return make_event(EventType::openat, {{"fd", 3}, {"name", name}, {"flags", 1}}, head);
}

}  // namespace sensor::testing
