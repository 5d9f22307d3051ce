// SPDX-License-Identifier: Apache-2.0
#include "engine/late.hpp"

#include <algorithm>

namespace sensor::engine {

using lang::CondNode;
using lang::Term;

// Arguments of terms and children of nodes have smaller numbers than what they are part of.
LateParts::LateParts(const lang::Program& program) : program_(&program) {
    for (const Term& term : program.terms) {
        const bool field = term.kind == Term::Kind::Field;
        terms_.push_back(field ? (field_info(term.field.id).flags & field_flag::LATE) != 0
                               : std::any_of(term.args.begin(), term.args.end(),
                                             [&](std::uint32_t arg) { return terms_[arg]; }));
    }
    for (const lang::Predicate& p : program.predicates)
        predicates_.push_back(terms_[p.left] || (p.right_is_term && terms_[p.right]));
    for (const CondNode& node : program.nodes) {
        nodes_.push_back(node.kind == CondNode::Kind::Predicate
                             ? predicates_[node.predicate]
                             : std::any_of(node.children.begin(), node.children.end(),
                                           [&](std::uint32_t child) { return nodes_[child]; }));
    }
}

void LateParts::add_needs(std::uint32_t condition, std::vector<std::uint32_t>& predicates,
                          std::vector<std::uint32_t>& terms) const {
    std::vector<std::uint32_t> open{program_->conditions[condition].root};
    while (!open.empty()) {
        const CondNode& node = program_->nodes[open.back()];
        open.pop_back();
        open.insert(open.end(), node.children.begin(), node.children.end());
        if (node.kind != CondNode::Kind::Predicate) continue;
        const lang::Predicate& predicate = program_->predicates[node.predicate];
        if (!predicates_[node.predicate]) {
            predicates.push_back(node.predicate);
            continue;
        }
        add_needs(predicate.left, terms);
        if (predicate.right_is_term) add_needs(predicate.right, terms);
    }
}

void LateParts::add_needs(std::uint32_t term, std::vector<std::uint32_t>& terms) const {
    if (!terms_[term]) return terms.push_back(term);
    for (const std::uint32_t arg : program_->terms[term].args) add_needs(arg, terms);
}

}  // namespace sensor::engine
