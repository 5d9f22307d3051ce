// SPDX-License-Identifier: Apache-2.0
#include "cases/run.hpp"

#include "cases/why.hpp"
#include "judge/judge.hpp"
#include "judge/replay.hpp"

namespace sensor::cases {
namespace {

Failure failure(std::string what) { return {std::move(what), {}, {}}; }

std::vector<Failure> check_rejected(const Case& test, const rules::RuleSet& ruleset) {
    for (const lang::Diagnostic& problem : ruleset.diagnostics) {
        if (problem.severity != lang::Severity::Error) continue;
        const std::string text = problem.code + ": " + problem.message;
        if (text.find(*test.rejects) == std::string::npos) continue;
        const std::string at =
            std::to_string(problem.position.line) + ":" + std::to_string(problem.position.column);
        if (test.at_text && *test.at_text != at)
            return {failure("refused at " + at + ", expected " + *test.at_text)};
        return {};
    }
    Failure out = failure("the rules are not refused with '" + *test.rejects + "'");
    for (const lang::Diagnostic& problem : ruleset.diagnostics)
        out.notes.push_back(lang::to_text(problem));
    return {out};
}

std::vector<Failure> check_loaded(Loaded& rules) {
    if (rules.ruleset.ok()) return {};
    Failure out = failure("the rules do not load");
    if (!rules.told) {
        for (const lang::Diagnostic& problem : rules.ruleset.diagnostics) {
            if (problem.severity == lang::Severity::Error)
                out.notes.push_back(lang::to_text(problem));
        }
    }
    rules.told = true;
    return {out};
}

}  // namespace

std::unique_ptr<state::State> make_state(const CaseFile& file, const World& world) {
    state::Options options;
    options.live = false;
    options.host_root = "";
    options.boot_epoch_ns = kNow - 1'000'000'000'000'000;
    auto state = std::make_unique<state::State>(options);
    state->users().add_user(0, {0, "root", "/root", "/bin/bash"});
    for (const auto& [uid, name] : file.users)
        state->users().add_user(uid, {uid, name, "/home/" + name, "/bin/sh"});
    for (const state::ProcessSpec& spec : world.processes) state->add_process(spec);
    return state;
}

Loaded& Runner::load(const Case& test) {
    const auto found = loaded_.find(test.rules_key);
    if (found != loaded_.end()) return found->second;
    Loaded& out = loaded_[test.rules_key];
    rules::LoadOptions how;
    how.trees = true;
    out.ruleset = rules::load_rules(test.rules, how);
    if (!out.ruleset.ok() || test.rejects) return out;
    engine::EngineOptions options;
    options.native = false;
    out.engines.push_back(engine::Engine::create(out.ruleset.program, options));
    if (options_.compiler.empty()) return out;
    options.native = true;
    options.compiler = options_.compiler;
    options.cache_dir = options_.cache_dir;
    auto native = engine::Engine::create(out.ruleset.program, options);
    if (native->native())
        out.engines.push_back(std::move(native));
    else
        out.native_note = native->note();
    return out;
}

Result<std::vector<RaisedAlert>> Runner::replay(const CaseFile& file, const Case& test,
                                                Loaded& rules, engine::Engine& engine) {
    std::vector<RaisedAlert> out;
    const auto on_match = [&](const fields::Context& context,
                              std::span<const std::uint32_t> matches) {
        judge::EngineTerms terms(engine);
        for (const std::uint32_t k : matches) {
            const rules::Rule& rule = rules.ruleset.rules[k];
            if (!test.only_rule.empty() && rule.name != test.only_rule) continue;
            const output::RenderOptions how{false, context.event.ts_ns()};
            out.push_back({rule.name,
                           output::render_message(rule.format, rules.ruleset.program, terms, how),
                           context.evt_num});
        }
    };
    const std::size_t conditions = rules.ruleset.rules.size();
    if (!test.capture.empty()) {
        auto source = capture::ScapSource::open(test.capture);
        if (!source) return file.error({test.at, source.error().text});
        state::State state(judge::replay_state());
        judge::Judge judge(engine, state, conditions, test.match_all);
        const Result<> ended = judge::replay_capture(
            **source, state,
            [&](std::span<const std::byte> record, std::uint64_t number, bool wanted) {
                judge.handle(record, number, wanted, on_match);
            },
            [] { return false; });
        if (!ended) return file.error({test.at, ended.error().text});
        return out;
    }
    SENSOR_TRY(const World world, build_world(file, test));
    const std::unique_ptr<state::State> state = make_state(file, world);
    judge::Judge judge(engine, *state, conditions, test.match_all);
    std::uint64_t number = 0;
    for (const OwnedRecord& event : world.events)
        judge.handle(event.record(), ++number, true, on_match);
    return out;
}

Result<Outcome> Runner::run(const CaseFile& file, const Case& test) {
    Loaded& rules = load(test);
    Outcome out;
    if (test.rejects) {
        out.failures = check_rejected(test, rules.ruleset);
        return out;
    }
    out.failures = check_loaded(rules);
    if (!out.passed()) return out;
    for (const auto& engine : rules.engines) {
        SENSOR_TRY(const std::vector<RaisedAlert> got, replay(file, test, rules, *engine));
        for (const RaisedAlert& alert : got) rules.fired.insert(alert.rule);
        for (Failure& one : compare(test, got)) {
            if (rules.engines.size() > 1)
                one.what += engine->native() ? " (machine code)" : " (interpreter)";
            out.failures.push_back(std::move(one));
        }
    }
    if (options_.require_native && !rules.native_note.empty())
        out.failures.push_back(failure("no machine code: " + rules.native_note));
    if (!out.passed() && test.capture.empty())
        add_reasons(file, test, rules.ruleset, out.failures.front());
    return out;
}

}  // namespace sensor::cases
