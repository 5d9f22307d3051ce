// SPDX-License-Identifier: Apache-2.0
#include "engine/text_trie.hpp"

namespace sensor::engine {

void TextTrie::add(std::string_view text, std::uint32_t id) {
    std::uint32_t at = 0;
    for (const char c : text) {
        const auto next = static_cast<std::uint32_t>(building_.size());
        const auto [edge, is_new] =
            building_[at].edges.try_emplace(static_cast<unsigned char>(c), next);
        at = edge->second;
        if (is_new) building_.emplace_back();
    }
    building_[at].ids.push_back(id);
}

void TextTrie::finish() {
    for (const Building& built : building_) {
        Node& node = nodes_.emplace_back();
        node.first_edge = static_cast<std::uint32_t>(edge_bytes_.size());
        node.edges = static_cast<std::uint32_t>(built.edges.size());
        node.first_id = static_cast<std::uint32_t>(ids_.size());
        node.ids = static_cast<std::uint32_t>(built.ids.size());
        ids_.insert(ids_.end(), built.ids.begin(), built.ids.end());
        for (const auto& [byte, next] : built.edges) {
            edge_bytes_.push_back(byte);
            edge_nodes_.push_back(next);
        }
    }
    for (const auto& [first, next] : building_.front().edges) {
        root_[first] = next;
        const bool alone = !building_[next].ids.empty();
        for (unsigned second = 0; second < 256; ++second) {
            if (alone || building_[next].edges.contains(static_cast<unsigned char>(second)))
                pairs_.set(first * 256U + second);
        }
    }
    building_ = {};
}

}  // namespace sensor::engine
