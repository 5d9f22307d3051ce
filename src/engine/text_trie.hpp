// SPDX-License-Identifier: Apache-2.0
// TextTrie: many texts looked for in one: which of them does it begin with, or hold anywhere. Built
// at load, walked per event.
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

namespace sensor::engine {

class TextTrie {
public:
    TextTrie() : building_(1) {}

    /// Adds a text that is not empty; `id` is what a walk reports for it.
    void add(std::string_view text, std::uint32_t id);
    /// To be called once after the last `add`.
    void finish();
    bool empty() const noexcept { return nodes_.size() <= 1; }

    /// Reports the ids of all texts that [begin, end) starts with; iterators may run backwards.
    /// cost: a step a byte until no text goes on
    template <typename Iterator, typename Report>
    void starts(Iterator begin, Iterator end, Report&& report) const noexcept {
        std::uint32_t at = 0;
        for (; begin != end; ++begin) {
            at = child(at, static_cast<unsigned char>(*begin));
            if (at == 0) return;
            report_own(at, report);
        }
    }
    /// Reports the ids of all texts that occur in `text`, once for each place.
    /// cost: a bit a byte where no text begins, else the walk from there
    template <typename Report>
    void occurs(std::string_view text, Report&& report) const noexcept {
        if (empty() || text.empty()) return;
        const auto byte = [&](std::size_t k) { return static_cast<unsigned char>(text[k]); };
        for (std::size_t k = 0; k + 1 < text.size(); ++k) {
            if (pairs_[byte(k) * 256U + byte(k + 1)])
                starts(text.begin() + static_cast<std::ptrdiff_t>(k), text.end(), report);
        }
        starts(text.end() - 1, text.end(), report);
    }

private:
    struct Node {
        std::uint32_t first_edge = 0, edges = 0;
        std::uint32_t first_id = 0, ids = 0;
    };
    struct Building {
        std::map<unsigned char, std::uint32_t> edges;
        std::vector<std::uint32_t> ids;
    };
    std::uint32_t child(std::uint32_t at, unsigned char byte) const noexcept {
        if (at == 0) return root_[byte];
        const Node& node = nodes_[at];
        for (std::uint32_t k = node.first_edge; k < node.first_edge + node.edges; ++k) {
            if (edge_bytes_[k] == byte) return edge_nodes_[k];
        }
        return 0;
    }
    template <typename Report>
    void report_own(std::uint32_t at, Report& report) const noexcept {
        const Node& node = nodes_[at];
        for (std::uint32_t k = 0; k < node.ids; ++k) report(ids_[node.first_id + k]);
    }

    std::vector<Building> building_;
    std::vector<Node> nodes_;
    std::vector<unsigned char> edge_bytes_;
    std::vector<std::uint32_t> edge_nodes_, ids_;
    std::array<std::uint32_t, 256> root_{};
    std::bitset<65536> pairs_;  // bytes that a text begins with; any second one behind one alone
};

}  // namespace sensor::engine
