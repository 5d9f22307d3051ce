// SPDX-License-Identifier: Apache-2.0
// unbounded-negation: a rule that names event types only to exclude them. It says where, in place
// of the load warning about too many event types.
#include "lang/event_set.hpp"
#include "rulec/linter.hpp"
#include "rules/codes.hpp"

namespace sensor::rulec {
namespace {

using lang::Node;

bool is_event_type(const Node& check) {
    const lang::Operand& left = check.left;
    return left.kind == lang::Operand::Kind::Field &&
           (left.field.name == "evt.type" || left.field.name == "syscall.type");
}

/// The first check of event types that excludes some.
const Node* find_exclusion(const Node& node, bool negated) {
    if (node.kind == Node::Kind::Check)
        return is_event_type(node) && (node.op == Op::ne) != negated ? &node : nullptr;
    for (const lang::NodePtr& child : node.children) {
        if (const Node* found = find_exclusion(*child, negated != (node.kind == Node::Kind::Not)))
            return found;
    }
    return nullptr;
}

bool was_warned_of(const LintView& view, const rules::Rule& rule) {
    for (const lang::Diagnostic& d : view.set.diagnostics) {
        if (d.code != rules::code::kNoEventType) continue;
        for (const lang::Location& location : d.context) {
            if (location.item_type == "rule" && location.item_name == rule.name) return true;
        }
    }
    return false;
}

}  // namespace

void lint_unbounded(LintView& view) {
    for (std::size_t k = 0; k < view.set.rules.size(); ++k) {
        const rules::Rule& rule = view.set.rules[k];
        if (!was_warned_of(view, rule)) continue;
        const Node* found = find_exclusion(*rule.tree, false);
        if (found == nullptr) continue;
        const std::size_t left =
            lang::count_types(view.program.conditions[rule.condition_idx].events);
        const auto scope = inside(view, k);
        view.reporter.warning("unbounded-negation", place_of(found->pos),
                              "this excludes event types and leaves " + std::to_string(left) +
                                  ", each of which the rule is judged for",
                              "name the event types that are wanted: evt.type in (...)");
    }
}

}  // namespace sensor::rulec
