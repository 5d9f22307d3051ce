// SPDX-License-Identifier: Apache-2.0
#include "engine/partial.hpp"

#include <algorithm>
#include <utility>

namespace sensor::engine {

using lang::CondNode;

Partial::Partial(const lang::Program& program, Judgements& judgements, std::vector<bool> known)
    : program_(program),
      judgements_(&judgements),
      known_(std::move(known)),
      live_(program.nodes.size()) {
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
    std::fill(judged_.begin(), judged_.end(), 0U);
    stamp_ = 1;
}

}  // namespace sensor::engine
