// SPDX-License-Identifier: Apache-2.0
// TextTrie: many texts looked for in one: which of them does it begin with, or hold anywhere (an
// Aho-Corasick automaton). Built at load, walked per event.
#pragma once

#include <array>
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
    /// cost: at most two steps a byte
    template <typename Report>
    void occurs(std::string_view text, Report&& report) const noexcept {
        std::uint32_t at = 0;
        for (const char c : text) {
            const auto byte = static_cast<unsigned char>(c);
            std::uint32_t next = child(at, byte);
            while (next == 0 && at != 0) {
                at = nodes_[at].fail;
                next = child(at, byte);
            }
            at = next;
            for (std::uint32_t out = at; out != 0; out = nodes_[out].next_out)
                report_own(out, report);
        }
    }

private:
    struct Node {
        std::uint32_t first_edge = 0, edges = 0;
        std::uint32_t first_id = 0, ids = 0;
        std::uint32_t fail = 0, next_out = 0;  ///< longest shorter suffix; the next that has ids
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
    void link();

    std::vector<Building> building_;
    std::vector<Node> nodes_;
    std::vector<unsigned char> edge_bytes_;
    std::vector<std::uint32_t> edge_nodes_, ids_;
    std::array<std::uint32_t, 256> root_{};
};

}  // namespace sensor::engine
