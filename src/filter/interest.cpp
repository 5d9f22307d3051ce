// SPDX-License-Identifier: Apache-2.0
// Interests: which conditions a process rules out by itself, and the bits that stand for them.
#include <algorithm>
#include <map>

#include "filter/kernel_part.hpp"

namespace sensor::filter {
namespace {

using lang::CondNode;
using lang::Program;
using lang::Term;

bool is_own(const Program& program, std::uint32_t k) {
    const Term& term = program.terms[k];
    if (term.kind == Term::Kind::Field)
        return (field_info(term.field.id).flags & (field_flag::OWN | field_flag::LATE)) != 0;
    return std::all_of(term.args.begin(), term.args.end(),
                       [&](std::uint32_t arg) { return is_own(program, arg); });
}

/// The own predicates of a condition, in order.
std::vector<std::uint32_t> asked_of_process(const Program& program, const std::vector<bool>& own,
                                            std::uint32_t root) {
    std::vector<std::uint32_t> asked, open{root};
    std::vector<bool> visited(root + 1);
    while (!open.empty()) {
        const std::uint32_t at = open.back();
        open.pop_back();
        if (visited[at]) continue;
        visited[at] = true;
        const CondNode& node = program.nodes[at];
        if (node.kind == CondNode::Kind::Predicate && own[node.predicate])
            asked.push_back(node.predicate);
        open.insert(open.end(), node.children.begin(), node.children.end());
    }
    std::sort(asked.begin(), asked.end());
    asked.erase(std::unique(asked.begin(), asked.end()), asked.end());
    return asked;
}

}  // namespace

std::vector<bool> own_predicates(const Program& program) {
    std::vector<bool> own;
    own.reserve(program.predicates.size());
    for (const lang::Predicate& p : program.predicates)
        own.push_back(is_own(program, p.left) && (!p.right_is_term || is_own(program, p.right)));
    return own;
}

std::vector<std::uint8_t> interest_bits(const Program& program) {
    const std::vector<bool> own = own_predicates(program);
    std::map<std::vector<std::uint32_t>, std::size_t> groups;
    std::vector<std::uint8_t> bits;
    bits.reserve(program.conditions.size());
    for (const lang::Condition& condition : program.conditions) {
        const std::vector<std::uint32_t> asked = asked_of_process(program, own, condition.root);
        const std::size_t group =
            asked.empty() ? 0 : groups.emplace(asked, groups.size()).first->second;
        bits.push_back(
            static_cast<std::uint8_t>(asked.empty() ? 0 : 1 + group % (kMostInterests - 1)));
    }
    return bits;
}

}  // namespace sensor::filter
