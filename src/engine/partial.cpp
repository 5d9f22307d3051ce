// SPDX-License-Identifier: Apache-2.0
#include "engine/partial.hpp"

#include <algorithm>
#include <utility>

namespace sensor::engine {

using lang::CondNode;

Judgements::Judgements(const lang::Program& program) {
    for (const CondNode& node : program.nodes) {
        Node& made = nodes_.emplace_back(Node{node.kind});
        made.first = static_cast<std::uint32_t>(children_.size());
        children_.insert(children_.end(), node.children.begin(), node.children.end());
        made.end = static_cast<std::uint32_t>(children_.size());
        if (node.kind == CondNode::Kind::Predicate) made.first = node.predicate;
    }
    for (const lang::Condition& condition : program.conditions) roots_.push_back(condition.root);
}

Partial::Partial(const lang::Program& program, Judgements& judgements, std::vector<bool> known)
    : judgements_(&judgements), known_(std::move(known)), live_(program.nodes.size()) {
    for (std::size_t k = 0; k < program.nodes.size(); ++k) {  // children have smaller numbers
        const CondNode& node = program.nodes[k];
        live_[k] = node.kind == CondNode::Kind::Predicate
                       ? known_[node.predicate]
                       : std::any_of(node.children.begin(), node.children.end(),
                                     [&](std::uint32_t child) { return live_[child]; });
    }
}

void Judgements::begin() noexcept {
    if (++stamp_ < 1U << 30) return;
    for (Node& node : nodes_) node.judged = 0;
    stamp_ = 1;
}

}  // namespace sensor::engine
