// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

#include "app/syscall_set.hpp"
#include "compile/plan.hpp"
#include "event/schema.hpp"
#include "filter/kernel_part.hpp"
#include "output/json.hpp"
#include "rulec/emit.hpp"
#include "rulec/show.hpp"
#include "rulec/terminal.hpp"
#include "rulec/wrap.hpp"

namespace sensor::rulec {
namespace {

using Json = nlohmann::ordered_json;
using Numbers = std::vector<std::uint32_t>;

/// Event types that the same rules judge.
struct EventGroup {
    std::vector<std::string> events;
    Numbers rules;
    double cost = 0;  ///< of all of them, as if they shared nothing
};

struct SharedPart {
    std::uint32_t predicate = 0;
    double cost = 0;
    std::size_t rules = 0;
};

struct PlanReport {
    std::vector<double> rule_costs;
    std::vector<EventGroup> groups;  ///< the most rules first
    std::vector<SharedPart> predicates;
    std::size_t unshared = 0;  ///< predicates of one rule only
    std::vector<std::string> wanted, state, left_out;
    std::map<std::string, std::vector<std::string>> kept;  ///< what the kernel can ask: of which
};

/// Predicates that judging a condition may ask for, each once.
Numbers predicates_of(const lang::Program& program, std::uint32_t root) {
    std::vector<bool> seen(program.nodes.size());
    Numbers open{root};
    Numbers found;
    while (!open.empty()) {
        const std::uint32_t k = open.back();
        open.pop_back();
        if (seen[k]) continue;
        seen[k] = true;
        const lang::CondNode& node = program.nodes[k];
        if (node.kind == lang::CondNode::Kind::Predicate) found.push_back(node.predicate);
        open.insert(open.end(), node.children.begin(), node.children.end());
    }
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    return found;
}

std::map<std::string, Numbers> rules_by_event(const lang::Program& program) {
    std::map<std::string, Numbers> by_event;
    const auto add = [&](std::string_view name, std::uint32_t rule) {
        Numbers& rules = by_event[std::string(name)];
        if (rules.empty() || rules.back() != rule) rules.push_back(rule);
    };
    for (std::uint32_t k = 0; k < program.conditions.size(); ++k) {
        const lang::EventSet& events = program.conditions[k].events;
        for (const EventInfo& event : all_events()) {
            const bool judged =
                event.for_rules && !event.enter && event.type != EventType::generic &&
                (event.source == EventSource::SYSCALL || event.source == EventSource::TRACEPOINT);
            if (judged && events.events.test(static_cast<std::size_t>(event.type)))
                add(event.name, k);
        }
        for (const SyscallInfo& call : all_syscalls()) {
            if (call.event == EventType::generic && events.generic.test(call.sc)) add(call.name, k);
        }
    }
    return by_event;
}

void fill_groups(const lang::Program& program, PlanReport& report) {
    std::map<Numbers, std::vector<std::string>> by_rules;
    for (const auto& [event, rules] : rules_by_event(program)) by_rules[rules].push_back(event);
    for (const auto& [rules, events] : by_rules) {
        EventGroup group{events, rules, 0};
        for (const std::uint32_t k : rules) group.cost += report.rule_costs[k];
        report.groups.push_back(std::move(group));
    }
    std::sort(
        report.groups.begin(), report.groups.end(), [](const EventGroup& a, const EventGroup& b) {
            return std::tuple(b.rules.size(), a.events) < std::tuple(a.rules.size(), b.events);
        });
}

void fill_predicates(const lang::Program& program, const compile::Plan& plan, PlanReport& report) {
    std::vector<std::size_t> uses(program.predicates.size());
    for (const lang::Condition& condition : program.conditions) {
        for (const std::uint32_t p : predicates_of(program, condition.root)) ++uses[p];
    }
    std::vector<double> costs(program.predicates.size());
    for (std::size_t k = 0; k < program.nodes.size(); ++k) {
        const lang::CondNode& node = program.nodes[k];
        if (node.kind == lang::CondNode::Kind::Predicate)
            costs[node.predicate] = plan.nodes[k].cost;
    }
    for (std::uint32_t k = 0; k < uses.size(); ++k) {
        if (uses[k] > 1) report.predicates.push_back({k, costs[k], uses[k]});
        if (uses[k] == 1) ++report.unshared;
    }
    std::sort(report.predicates.begin(), report.predicates.end(),
              [](const SharedPart& a, const SharedPart& b) {
                  return std::tuple(b.rules, b.cost, a.predicate) <
                         std::tuple(a.rules, a.cost, b.predicate);
              });
}

void fill_calls(const lang::Program& program, PlanReport& report) {
    const app::SyscallSet set = app::wanted_syscalls(program, {});
    for (const SyscallInfo& call : all_syscalls()) {
        if (!set.calls.test(call.sc)) continue;
        const bool wanted = std::any_of(
            program.conditions.begin(), program.conditions.end(), [&](const lang::Condition& c) {
                return call.event == EventType::generic
                           ? c.events.generic.test(call.sc)
                           : c.events.events.test(static_cast<std::size_t>(call.event));
            });
        (wanted ? report.wanted : report.state).emplace_back(call.name);
    }
    report.left_out = set.left_out;
    for (auto* names : {&report.wanted, &report.state, &report.left_out})
        std::sort(names->begin(), names->end());
}

void fill_kept(const lang::Program& program, PlanReport& report) {
    for (const filter::EventPart& part : filter::make_kernel_part(program)) {
        if (!part.is_always())
            report.kept[filter::to_text(part)].emplace_back(event_info(part.event).name);
    }
}

PlanReport make_report(const rules::RuleSet& set) {
    const compile::Plan plan = compile::make_plan(set.program);
    PlanReport report;
    for (const lang::Condition& condition : set.program.conditions)
        report.rule_costs.push_back(plan.nodes[condition.root].cost);
    fill_groups(set.program, report);
    fill_predicates(set.program, plan, report);
    fill_calls(set.program, report);
    fill_kept(set.program, report);
    return report;
}

std::string ns(double cost) { return std::to_string(std::lround(cost)); }

std::string group_text(const EventGroup& group, const PlanReport& report,
                       const rules::RuleSet& set) {
    std::string text = wrapped_list(group.events, 0);
    text += "  " + counted(group.rules.size(), "rule") + ", about " + ns(group.cost) + " ns:\n";
    Columns columns({true, true, false});
    std::size_t number = 0;
    for (const std::uint32_t k : group.rules) {
        columns.add(
            {std::to_string(++number) + ".", ns(report.rule_costs[k]) + " ns", set.rules[k].name});
    }
    return text + columns.text(2) + "\n";
}

std::string calls_text(const char* what, const std::vector<std::string>& names) {
    if (names.empty()) return {};
    return "  " + std::to_string(names.size()) + " " + what + "\n" + wrapped_list(names, 4);
}

}  // namespace

std::string plan_text(const rules::RuleSet& set) {
    const PlanReport report = make_report(set);
    std::string text = "EVENTS AND THE RULES THAT JUDGE THEM\n";
    text += "In order; times are estimates for an ordinary event, as if rules shared nothing.\n\n";
    for (const EventGroup& group : report.groups) text += group_text(group, report, set);
    text += "CHECKS THAT RULES SHARE\n";
    text += "Each is made once an event; " + counted(report.unshared, "more check") +
            (report.unshared == 1 ? " is" : " are") + " of one rule only.\n\n";
    Columns columns({true, true, false});
    for (const SharedPart& part : report.predicates) {
        columns.add({counted(part.rules, "rule"), ns(part.cost) + " ns",
                     show_predicate(set.program, set.program.predicates[part.predicate], 3)});
    }
    text += columns.text(2) + "\n";
    text += "DECIDED IN THE KERNEL\n";
    text += "A call that is not listed costs next to nothing and is never reported.\n\n";
    text += calls_text("calls that rules want:", report.wanted);
    text += calls_text("calls that keep what is known about processes true:", report.state);
    text += calls_text("calls that rules want and that are left out without -A:", report.left_out);
    if (report.kept.empty()) return text;
    text += "\nWHAT THE KERNEL CAN ASK OF EVENTS\n";
    text += "No rule can hold for others; --emit bpf is the code of it.\n\n";
    for (const auto& [condition, events] : report.kept)
        text += wrapped_list(events, 2) + "    " + wrapped_words(condition, 4, 4) + "\n";
    return text;
}

std::string plan_json(const rules::RuleSet& set) {
    const PlanReport report = make_report(set);
    Json out;
    out["events"] = Json::array();
    for (const EventGroup& group : report.groups) {
        Json rules = Json::array();
        for (const std::uint32_t k : group.rules)
            rules.push_back({{"rule", set.rules[k].name}, {"cost_ns", report.rule_costs[k]}});
        out["events"].push_back({{"types", group.events}, {"rules", std::move(rules)}});
    }
    out["shared_checks"] = Json::array();
    for (const SharedPart& part : report.predicates) {
        const lang::Predicate& p = set.program.predicates[part.predicate];
        out["shared_checks"].push_back(
            {{"check", show_predicate(set.program, p, p.constants.size())},
             {"cost_ns", part.cost},
             {"rules", part.rules}});
    }
    out["unshared_checks"] = report.unshared;
    out["kernel"] = {{"wanted_by_rules", report.wanted},
                     {"kept_for_state", report.state},
                     {"left_out", report.left_out},
                     {"kept", Json::array()}};
    for (const auto& [condition, events] : report.kept)
        out["kernel"]["kept"].push_back({{"types", events}, {"condition", condition}});
    return output::json_lines(out);
}

}  // namespace sensor::rulec
