// SPDX-License-Identifier: Apache-2.0
// never-true: checks that contradict each other, event types that do not meet, fields that no
// event in question has. Macros bring alternatives that one use of them cannot have, so what only
// the surroundings rule out is said of whole conditions, not of parts.
#include <functional>
#include <optional>
#include <string>

#include "lang/check.hpp"
#include "lang/event_set.hpp"
#include "rulec/linter.hpp"

namespace sensor::rulec {
namespace {

using lang::CondNode;
using lang::EventSet;
using lang::Node;

struct Cause {
    const Node* at;
    std::string reason;
};

/// "a, b and 3 more"
std::string names_text(const EventSet& events) {
    constexpr std::size_t kMost = 4;
    const auto names = lang::names_of(events);
    std::string text;
    for (std::size_t k = 0; k < std::min(names.size(), kMost); ++k)
        text += (k == 0 ? "" : ", ") + std::string(names[k]);
    if (names.size() > kMost) text += " and " + std::to_string(names.size() - kMost) + " more";
    return text;
}

class NeverTrue {
public:
    explicit NeverTrue(LintView& view) : view_(view) {}

    /// Why a condition cannot hold for these events, as deep inside as it can be said.
    std::optional<Cause> why(const Node& node, const EventSet& events) {
        switch (node.kind) {
            case Node::Kind::And: return why_and(node, events);
            case Node::Kind::Or: return why_or(node, events);
            case Node::Kind::Not: return why_decided(node);
            case Node::Kind::Check: return why_check(node, events);
            case Node::Kind::Macro: break;
        }
        return std::nullopt;
    }

    /// Parts that rule themselves out.
    void find_parts(const Node& node, const std::function<void(const Cause&)>& say) {
        for (const lang::NodePtr& child : node.children) {
            const bool whole = child->kind == Node::Kind::And;
            const auto cause = whole ? why(*child, EventSet::all()) : std::nullopt;
            if (cause) {
                say(*cause);
            } else {
                find_parts(*child, say);
            }
        }
    }

private:
    lang::Checked checked(const Node& node) { return lang::check_condition(node, view_.program); }

    bool is_constant(std::uint32_t root) const {
        const CondNode::Kind kind = view_.program.nodes[root].kind;
        return kind == CondNode::Kind::True || kind == CondNode::Kind::False;
    }

    std::optional<Cause> why_decided(const Node& node) {
        const lang::Checked c = checked(node);
        if (view_.program.nodes[c.root].kind != CondNode::Kind::False) return std::nullopt;
        return Cause{&node, to_text(node) + " never holds"};
    }

    std::optional<Cause> why_and(const Node& node, const EventSet& events) {
        EventSet narrowed = events;
        for (const lang::NodePtr& child : node.children) {
            const EventSet here = checked(*child).events;
            const EventSet rest = both(narrowed, here);
            if (!has_calls(rest) && has_calls(narrowed) && has_calls(here))
                return Cause{child.get(), "no event is of these types (" + names_text(here) +
                                              ") and of those named before (" +
                                              names_text(narrowed) + ")"};
            narrowed = rest;
        }
        for (const lang::NodePtr& child : node.children) {
            if (auto cause = why(*child, narrowed)) return cause;
        }
        if (auto cause = why_pair(node)) return cause;
        return why_values(node);
    }

    /// Two parts that never hold together.
    std::optional<Cause> why_pair(const Node& node) {
        std::vector<std::uint32_t> roots;
        for (const lang::NodePtr& child : node.children) roots.push_back(checked(*child).root);
        for (std::size_t later = 1; later < roots.size(); ++later) {
            for (std::size_t earlier = 0; earlier < later; ++earlier) {
                if (is_constant(roots[earlier]) || is_constant(roots[later])) continue;
                if (!view_.logic.disjoint(roots[earlier], roots[later])) continue;
                return Cause{node.children[later].get(),
                             shortened(*node.children[later]) + " and " +
                                 shortened(*node.children[earlier]) + " never hold together"};
            }
        }
        return std::nullopt;
    }

    /// One check lists values, and the others leave none of them.
    std::optional<Cause> why_values(const Node& node) {
        for (const lang::NodePtr& child : node.children) {
            const CondNode listed = view_.program.nodes[checked(*child).root];
            if (listed.kind != CondNode::Kind::Predicate) continue;
            const lang::Predicate p = view_.program.predicates[listed.predicate];
            const bool lists = (p.op == Op::in || p.op == Op::eq) && !p.constants.empty();
            if (!lists || !is_plain(view_.program, p)) continue;
            bool some_left = false;
            for (const lang::Constant& value : p.constants)
                some_left = some_left || is_left(node, p.left, value);
            if (!some_left)
                return Cause{child.get(),
                             "the other checks leave none of the values of " + shortened(*child)};
        }
        return std::nullopt;
    }

    bool is_left(const Node& whole, std::uint32_t term, const lang::Constant& value) {
        for (const lang::NodePtr& child : whole.children) {
            CondNode node = view_.program.nodes[checked(*child).root];
            const bool negated = node.kind == CondNode::Kind::Not;
            if (negated) node = view_.program.nodes[node.children.front()];
            if (node.kind != CondNode::Kind::Predicate) continue;
            const lang::Predicate& p = view_.program.predicates[node.predicate];
            if (p.left != term || !is_plain(view_.program, p)) continue;
            bool known = true;
            const bool holds = holds_for(p, value, known);
            if (known && holds == negated) return false;
        }
        return true;
    }

    std::optional<Cause> why_or(const Node& node, const EventSet& events) {
        std::optional<Cause> first;
        for (const lang::NodePtr& child : node.children) {
            auto cause = why(*child, events);
            if (!cause) return std::nullopt;
            if (!first) first = std::move(cause);
        }
        return first;
    }

    std::optional<Cause> why_check(const Node& node, const EventSet& events) {
        if (auto cause = why_decided(node)) return cause;
        const CondNode made = view_.program.nodes[checked(node).root];
        if (made.kind != CondNode::Kind::Predicate) return std::nullopt;
        const lang::Predicate& p = view_.program.predicates[made.predicate];
        const lang::Term& term = view_.program.terms[p.left];
        if (term.kind != lang::Term::Kind::Field) return std::nullopt;
        const std::string name = to_text(term.field);
        if ((field_info(term.field.id).flags & field_flag::NEVER) != 0)
            return Cause{&node, name + " has no value for any event"};
        if (term.field.arg.by_event == nullptr || may_have(term.field.arg.by_event, events))
            return std::nullopt;
        return Cause{&node, name + " is no argument of " + names_text(without_async(events))};
    }

    static EventSet without_async(EventSet events) {
        events.events.reset(static_cast<std::size_t>(EventType::asyncevent));
        return events;
    }
    /// Asynchronous events are offered to every rule, so they say nothing about it.
    static bool has_calls(const EventSet& events) { return without_async(events).any(); }

    static bool may_have(const std::int8_t* by_event, const EventSet& events) {
        const EventSet calls = without_async(events);
        if (!calls.any()) return true;  // said elsewhere
        for (std::size_t code = 0; code < calls.events.size(); ++code) {
            if (calls.events.test(code) && by_event[code] >= 0) return true;
        }
        const auto generic = static_cast<std::size_t>(EventType::generic);
        return calls.generic.any() && by_event[generic] >= 0;
    }

    static std::string shortened(const Node& node) {
        constexpr std::size_t kMost = 60;
        std::string text = to_text(node);
        if (text.size() > kMost) text = text.substr(0, kMost - 3) + "...";
        return text;
    }

    LintView& view_;
};

}  // namespace

void lint_never_true(LintView& view) {
    NeverTrue judge(view);
    for (std::size_t k = 0; k < view.set.rules.size(); ++k) {
        const auto scope = inside(view, k);
        const auto whole = judge.why(*view.trees[k], EventSet::all());
        view.never[k] = whole.has_value();
        if (whole) {
            view.reporter.warning("never-true", place_of(whole->at->pos),
                                  "the rule never matches: " + whole->reason,
                                  "mend the checks that contradict each other");
            continue;
        }
        judge.find_parts(*view.trees[k], [&](const Cause& cause) {
            view.reporter.warning("never-true", place_of(cause.at->pos),
                                  "this part of the condition never holds: " + cause.reason,
                                  "mend it, or leave the part out");
        });
    }
}

}  // namespace sensor::rulec
