// SPDX-License-Identifier: Apache-2.0
#include "engine/late.hpp"

namespace sensor::engine {

using lang::CondNode;
using lang::Term;

namespace {

std::uint8_t parts_of_field(const FieldInfo& field) noexcept {
    if ((field.flags & field_flag::LATE) == 0) return 0;
    if (field.cls == FieldClass::USER || field.cls == FieldClass::GROUP) return late_part::USERS;
    return (field.flags & field_flag::NAMED) != 0 ? late_part::NAMES : late_part::RECORD;
}

template <typename Numbers>
std::uint8_t all_parts(const Numbers& of, const std::vector<std::uint8_t>& parts) noexcept {
    std::uint8_t all = 0;
    for (const std::uint32_t k : of) all |= parts[k];
    return all;
}

}  // namespace

// Arguments of terms and children of nodes have smaller numbers than what they are part of.
LateParts::LateParts(const lang::Program& program) : program_(&program) {
    for (const Term& term : program.terms) {
        terms_.push_back(term.kind == Term::Kind::Field ? parts_of_field(field_info(term.field.id))
                                                        : all_parts(term.args, terms_));
    }
    const auto of_predicate = [&](const lang::Predicate& p) -> std::uint8_t {
        return terms_[p.left] | (p.right_is_term ? terms_[p.right] : std::uint8_t{0});
    };
    for (const lang::Predicate& p : program.predicates) predicates_.push_back(of_predicate(p) != 0);
    for (const CondNode& node : program.nodes) {
        nodes_.push_back(node.kind == CondNode::Kind::Predicate
                             ? of_predicate(program.predicates[node.predicate])
                             : all_parts(node.children, nodes_));
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
    if (terms_[term] == 0) return terms.push_back(term);
    for (const std::uint32_t arg : program_->terms[term].args) add_needs(arg, terms);
}

}  // namespace sensor::engine
