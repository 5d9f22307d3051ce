// SPDX-License-Identifier: Apache-2.0
#include "tests/cases/runner/run.hpp"

#include "fields/arena.hpp"
#include "fields/context.hpp"
#include "output/render.hpp"

namespace sensor::cases {
namespace {

class EngineTerms final : public output::TermSource {
public:
    explicit EngineTerms(engine::Engine& engine) : engine_(engine) {}
    Value term(std::uint32_t k) noexcept override { return engine_.term(k); }

private:
    engine::Engine& engine_;
};

std::string list_text(const std::vector<std::string>& names) {
    if (names.empty()) return "none";
    std::string out;
    for (const std::string& name : names) out += (out.empty() ? "'" : ", '") + name + "'";
    return out;
}

std::vector<std::string> compare(const Case& test, const std::vector<RaisedAlert>& got,
                                 const char* mode) {
    std::vector<std::string> expected_names, got_names, wrong;
    for (const ExpectedAlert& alert : test.alerts) expected_names.push_back(alert.rule);
    for (const RaisedAlert& alert : got) got_names.push_back(alert.rule);
    const std::string head = std::string(mode) + ": ";
    if (expected_names != got_names) {
        wrong.push_back(head + "expected " + list_text(expected_names) + ", got " +
                        list_text(got_names));
        for (const RaisedAlert& alert : got) wrong.push_back("    " + alert.message);
        return wrong;
    }
    for (std::size_t k = 0; k < got.size(); ++k) {
        const ExpectedAlert& want = test.alerts[k];
        if (want.output && *want.output != got[k].message) {
            wrong.push_back(head + "expected output " + *want.output);
            wrong.push_back("    got             " + got[k].message);
        }
        for (const std::string& part : want.output_parts) {
            if (got[k].message.find(part) != std::string::npos) continue;
            wrong.push_back(head + "output lacks '" + part + "': " + got[k].message);
        }
    }
    return wrong;
}

std::vector<std::string> check_rejected(const Case& test, const rules::RuleSet& ruleset) {
    for (const lang::Diagnostic& problem : ruleset.diagnostics) {
        if (problem.severity != lang::Severity::Error) continue;
        const std::string text = problem.code + ": " + problem.message;
        if (text.find(*test.rejects) == std::string::npos) continue;
        const std::string at =
            std::to_string(problem.position.line) + ":" + std::to_string(problem.position.column);
        if (test.at && *test.at != at) return {"refused at " + at + ", expected " + *test.at};
        return {};
    }
    std::vector<std::string> out = {"rules are not refused with '" + *test.rejects + "'"};
    for (const lang::Diagnostic& problem : ruleset.diagnostics)
        out.push_back(lang::to_text(problem));
    return out;
}

}  // namespace

Loaded& Runner::load(const Case& test) {
    const auto found = loaded_.find(test.rules_key);
    if (found != loaded_.end()) return found->second;
    Loaded& out = loaded_[test.rules_key];
    out.ruleset = rules::load_rules(test.rules, {});
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

std::vector<RaisedAlert> Runner::replay(const CaseFile& file, const Case& test, const World& world,
                                        Loaded& rules, engine::Engine& engine) {
    state::Options options;
    options.live = false;
    options.host_root = "";
    options.boot_epoch_ns = kNow - 1'000'000'000'000'000;
    state::State state(options);
    state.users().add_user(0, {0, "root", "/root", "/bin/bash"});
    for (const auto& [uid, name] : file.users)
        state.users().add_user(uid, {uid, name, "/home/" + name, "/bin/sh"});
    for (const state::ProcessSpec& spec : world.processes) state.add_process(spec);

    std::vector<RaisedAlert> out;
    fields::Arena arena;
    std::vector<std::uint32_t> matches(rules.ruleset.rules.size() + 1);
    std::uint64_t number = 0, previous = 0;
    for (const testing::TestEvent& record : world.events) {
        arena.reset();
        fields::Context context;
        context.event = record.event();
        context.evt_num = ++number;
        context.first_ts_ns = world.events.front().head().ts;
        context.previous_ts_ns = previous;
        context.arena = &arena;
        state.begin(context.event, context);
        const std::size_t count = engine.match(context, test.match_all, matches);
        EngineTerms terms(engine);
        for (std::size_t k = 0; k < count; ++k) {
            const rules::Rule& rule = rules.ruleset.rules[matches[k]];
            if (!test.only_rule.empty() && rule.name != test.only_rule) continue;
            const output::RenderOptions how{false, context.event.ts_ns()};
            out.push_back({rule.name,
                           output::render_message(rule.format, rules.ruleset.program, terms, how)});
        }
        state.end(context.event);
        previous = context.event.ts_ns();
    }
    return out;
}

std::vector<std::string> Runner::run(const CaseFile& file, const Case& test) {
    Loaded& rules = load(test);
    if (test.rejects) return check_rejected(test, rules.ruleset);
    std::vector<std::string> wrong;
    if (!rules.ruleset.ok()) {
        wrong.emplace_back("the rules do not load");
        if (rules.told) return wrong;
        rules.told = true;
        for (const lang::Diagnostic& problem : rules.ruleset.diagnostics) {
            if (problem.severity == lang::Severity::Error) wrong.push_back(lang::to_text(problem));
        }
        return wrong;
    }
    const World world = build_world(file, test);
    for (const auto& engine : rules.engines) {
        const auto got = replay(file, test, world, rules, *engine);
        for (std::string& line :
             compare(test, got, engine->native() ? "machine code" : "interpreter")) {
            wrong.push_back(std::move(line));
        }
    }
    if (options_.require_native && !rules.native_note.empty())
        wrong.push_back("no machine code: " + rules.native_note);
    return wrong;
}

}  // namespace sensor::cases
