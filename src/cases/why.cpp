// SPDX-License-Identifier: Apache-2.0
#include "cases/why.hpp"

#include <algorithm>
#include <set>

#include "explain/sentence.hpp"
#include "judge/walk.hpp"
#include "lang/similar.hpp"

namespace sensor::cases {
namespace {

/// Is the condition asked at all for such an event?
bool is_asked(const lang::EventSet& set, const Event& event) {
    if (event.type() == EventType::generic)
        return event.head().sc < REC_MAX_SC && set.generic.test(event.head().sc);
    return set.events.test(static_cast<std::size_t>(event.type()));
}

std::string unknown_rule(const std::string& name, const rules::RuleSet& ruleset) {
    for (const rules::Rule& rule : ruleset.idle) {
        if (rule.name == name) return "'" + name + "' is disabled or was dropped";
    }
    std::vector<std::string_view> names;
    for (const rules::Rule& rule : ruleset.rules) names.push_back(rule.name);
    const std::string hint = lang::did_you_mean(name, names);
    return "there is no rule '" + name + "'" + (hint.empty() ? "" : ": " + hint);
}

/// The sentence of the event that the condition is asked for, of the last one where it is for none.
std::string reason(const CaseFile& file, const Case& test, const rules::RuleSet& ruleset,
                   const rules::Rule& rule) {
    const Result<World> world = build_world(file, test);
    auto explainer = explain::Explainer::create(*rule.tree);
    if (!world || !explainer) return {};
    const lang::EventSet& events = ruleset.program.conditions[rule.condition_idx].events;
    const auto state = make_state(file, *world);
    judge::EventWalk walk(*state);
    std::string said;
    bool asked = false, held = false;
    std::uint64_t number = 0;
    for (const OwnedRecord& record : world->events) {
        walk.step(record.record(), ++number, true, [&](const fields::Context& context) {
            const bool now = is_asked(events, context.event);
            if (held || (asked && !now)) return;
            const explain::TruthNode truth = (*explainer)->explain(context);
            asked = asked || now;
            held = truth.holds();
            said = explain::verdict(truth);
        });
    }
    if (held)
        return "'" + rule.name +
               "' holds, but a rule before it matched the event first (match: all "
               "lets every rule alert)";
    if (said.empty()) return "'" + rule.name + "' was never asked: such events tell the state only";
    return "'" + rule.name + "' " + said;
}

}  // namespace

void add_reasons(const CaseFile& file, const Case& test, const rules::RuleSet& ruleset,
                 Failure& failure) {
    std::set<std::string> missing;
    for (const DiffLine& line : failure.diff) {
        if (line.sign == '-') missing.insert(line.text);
    }
    for (const std::string& name : missing) {
        const auto rule = std::find_if(ruleset.rules.begin(), ruleset.rules.end(),
                                       [&](const rules::Rule& r) { return r.name == name; });
        const std::string said = rule == ruleset.rules.end() ? unknown_rule(name, ruleset)
                                                             : reason(file, test, ruleset, *rule);
        if (!said.empty()) failure.notes.push_back(said);
    }
}

}  // namespace sensor::cases
