// SPDX-License-Identifier: Apache-2.0
// What a rule is: predicates with their cost, events for which it is asked, calls it makes the
// sensor watch.
#include <algorithm>
#include <map>
#include <set>

#include "app/syscall_set.hpp"
#include "compile/plan.hpp"
#include "lang/check.hpp"
#include "lang/event_set.hpp"
#include "rulec/explain.hpp"

namespace sensor::rulec {
namespace {

template <typename Visit>
void each_check(const lang::Node& node, const Visit& visit) {
    if (node.kind == lang::Node::Kind::Check) visit(node);
    for (const lang::NodePtr& child : node.children) each_check(*child, visit);
}

std::set<std::string> check_texts(const lang::Node& tree) {
    std::set<std::string> out;
    each_check(tree, [&](const lang::Node& check) { out.insert(lang::to_text(check)); });
    return out;
}

/// The rule alone as a program, with the fields of its output.
lang::Program program_of(const rules::Rule& rule) {
    lang::Program program;
    const lang::Checked checked = lang::check_condition(*rule.tree, program);
    program.conditions.push_back({checked.root, checked.events});
    lang::parse_output(rule.output_compiled, program);
    return program;
}

void add_predicates(const rules::Rule& rule, const rules::RuleSet& set, lang::Program program,
                    RuleFacts& out) {
    std::map<std::string, std::size_t> sharing;
    for (const rules::Rule& other : set.rules) {
        if (!other.tree) continue;
        for (const std::string& text : check_texts(*other.tree)) ++sharing[text];
    }
    std::map<std::string, std::uint32_t> nodes;
    each_check(*rule.tree, [&](const lang::Node& check) {
        nodes.emplace(lang::to_text(check), lang::check_condition(check, program).root);
    });
    const compile::Plan plan = compile::make_plan(program);
    for (const auto& [text, node] : nodes) {
        const auto found = sharing.find(text);
        out.predicates.push_back(
            {text, plan.nodes[node].cost, found == sharing.end() ? 0 : found->second});
    }
    std::stable_sort(
        out.predicates.begin(), out.predicates.end(),
        [](const PredicateFact& a, const PredicateFact& b) { return a.cost_ns > b.cost_ns; });
    out.cost_ns = plan.nodes[program.conditions.front().root].cost;
}

void add_dispatch(const rules::Rule& rule, const lang::EventSet& events, RuleFacts& out) {
    for (const std::string_view name : lang::names_of(events)) out.types.emplace_back(name);
    out.every_type = out.types.size() == lang::names_of(lang::EventSet::all()).size();
    // Every rule is asked for asynchronous events; worth a word only if the rule names them.
    const auto is_async = [](const std::string& name) { return name == "asyncevent"; };
    if (!out.every_type && out.types.size() > 1) std::erase_if(out.types, is_async);
    std::set<std::string> because;
    each_check(*rule.tree, [&](const lang::Node& check) {
        const std::string& name = check.left.field.name;
        if (name == "evt.type" || name == "syscall.type") because.insert(lang::to_text(check));
    });
    out.because.assign(because.begin(), because.end());
}

void add_calls(const lang::Program& program, RuleFacts& out) {
    const app::SyscallSet with = app::wanted_syscalls(program, {});
    const app::SyscallSet without = app::wanted_syscalls({}, {});
    const lang::EventSet& events = program.conditions.front().events;
    for (const SyscallInfo& call : all_syscalls()) {
        if (without.calls.test(call.sc)) out.state_calls.emplace_back(call.name);
        if (!with.calls.test(call.sc)) continue;
        const bool own = call.event == EventType::generic
                             ? events.generic.test(call.sc)
                             : events.events.test(static_cast<std::size_t>(call.event));
        if (own || !without.calls.test(call.sc)) out.calls.emplace_back(call.name);
    }
    out.left_out = with.left_out;
}

}  // namespace

RuleFacts facts_of(const rules::Rule& rule, const rules::RuleSet& set) {
    RuleFacts out;
    out.rule = &rule;
    out.active = std::any_of(set.rules.begin(), set.rules.end(),
                             [&](const rules::Rule& one) { return &one == &rule; });
    const lang::Program program = program_of(rule);
    add_predicates(rule, set, program, out);
    add_dispatch(rule, program.conditions.front().events, out);
    add_calls(program, out);
    return out;
}

}  // namespace sensor::rulec
