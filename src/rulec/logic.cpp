// SPDX-License-Identifier: Apache-2.0
#include "rulec/logic.hpp"

#include <algorithm>

namespace sensor::rulec {
namespace {

using lang::CondNode;
using Nodes = std::vector<std::uint32_t>;

std::uint64_t key(std::uint32_t a, std::uint32_t b) { return std::uint64_t{a} << 32 | b; }

template <typename Judge>
bool any(const Nodes& nodes, Judge judge) {
    return std::any_of(nodes.begin(), nodes.end(), judge);
}
template <typename Judge>
bool all(const Nodes& nodes, Judge judge) {
    return std::all_of(nodes.begin(), nodes.end(), judge);
}

}  // namespace

bool Logic::implies(std::uint32_t a, std::uint32_t b) {
    if (a == b) return true;
    const auto found = implies_.find(key(a, b));
    if (found != implies_.end()) return found->second;
    const bool holds = find_implies(program_.nodes[a], program_.nodes[b], a, b);
    implies_.emplace(key(a, b), holds);
    return holds;
}

bool Logic::disjoint(std::uint32_t a, std::uint32_t b) {
    if (a > b) std::swap(a, b);
    const auto found = disjoint_.find(key(a, b));
    if (found != disjoint_.end()) return found->second;
    const bool apart = find_disjoint(program_.nodes[a], program_.nodes[b], a, b) ||
                       find_disjoint(program_.nodes[b], program_.nodes[a], b, a);
    disjoint_.emplace(key(a, b), apart);
    return apart;
}

bool Logic::find_implies(const CondNode& a, const CondNode& b, std::uint32_t at, std::uint32_t bt) {
    const auto from = [&](std::uint32_t k) { return implies(k, bt); };
    const auto to = [&](std::uint32_t k) { return implies(at, k); };
    if (a.kind == CondNode::Kind::False || b.kind == CondNode::Kind::True) return true;
    // These two say all there is to say; the ones below are enough but not needed.
    if (a.kind == CondNode::Kind::Or) return all(a.children, from);
    if (b.kind == CondNode::Kind::And) return all(b.children, to);
    if (a.kind == CondNode::Kind::And && any(a.children, from)) return true;
    if (b.kind == CondNode::Kind::Or && any(b.children, to)) return true;
    if (b.kind == CondNode::Kind::Not) {
        const std::uint32_t inner = b.children.front();
        if (a.kind == CondNode::Kind::Not) return implies(inner, a.children.front());
        return disjoint(at, inner);
    }
    return a.kind == CondNode::Kind::Predicate && b.kind == CondNode::Kind::Predicate &&
           rulec::implies(program_, program_.predicates[a.predicate],
                          program_.predicates[b.predicate]);
}

bool Logic::find_disjoint(const CondNode& a, const CondNode& b, std::uint32_t at,
                          std::uint32_t bt) {
    const auto apart = [&](std::uint32_t k) { return disjoint(k, bt); };
    switch (a.kind) {
        case CondNode::Kind::False: return true;
        case CondNode::Kind::True: return false;
        case CondNode::Kind::Or: return all(a.children, apart);
        case CondNode::Kind::And: return any(a.children, apart);
        case CondNode::Kind::Not: return implies(bt, a.children.front());
        case CondNode::Kind::Predicate: break;
    }
    return a.kind == CondNode::Kind::Predicate && b.kind == CondNode::Kind::Predicate && at != bt &&
           rulec::disjoint(program_, program_.predicates[a.predicate],
                           program_.predicates[b.predicate]);
}

}  // namespace sensor::rulec
