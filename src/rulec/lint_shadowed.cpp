// SPDX-License-Identifier: Apache-2.0
// shadowed: rules behind one that holds whenever they do. Only what follows from the form of the
// two conditions counts; two earlier rules that together cover a later one are not seen.
#include "rulec/linter.hpp"

namespace sensor::rulec {
namespace {

bool covers(const lang::EventSet& wide, const lang::EventSet& narrow) {
    return (narrow.events & ~wide.events).none() && (narrow.generic & ~wide.generic).none();
}

}  // namespace

void lint_shadowed(LintView& view) {
    const std::vector<rules::Rule>& rules = view.set.rules;
    const std::vector<lang::Checked>& checked = view.checked;
    for (std::size_t later = 1; later < rules.size(); ++later) {
        const std::uint32_t root = checked[later].root;
        if (view.never[later] || view.program.nodes[root].kind == lang::CondNode::Kind::False)
            continue;
        for (std::size_t earlier = 0; earlier < later; ++earlier) {
            const bool shadowed = covers(checked[earlier].events, checked[later].events) &&
                                  view.logic.implies(root, checked[earlier].root);
            if (!shadowed) continue;
            const auto scope = inside(view, later);
            const bool same = root == checked[earlier].root;
            view.reporter.warning(
                "shadowed", view.items[later],
                "the rule is never reached: '" + rules[earlier].name + "' (" + rules[earlier].file +
                    ":" + std::to_string(rules[earlier].line) + ") " +
                    (same ? "has the same condition" : "holds whenever it does") +
                    " and comes first",
                "put this rule first, narrow the earlier one, or set rule_matching: all");
            break;
        }
    }
}

}  // namespace sensor::rulec
