// SPDX-License-Identifier: Apache-2.0
// PathTrie: all patterns of one `pmatch` as a tree of path components, so that a path is walked
// once however many patterns there are. Built at load, read per event without allocation.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sensor::eval {

class PathTrie {
public:
    PathTrie() : nodes_(1) {}

    /// Adds a pattern: components between '/', empty ones dropped, each literal or a glob.
    void add(std::string_view pattern);
    /// Sorts what was added; call once, before `matches`.
    void finish();
    /// True if some pattern equals the leading components of `path`.
    /// cost: O(path) for literal patterns, each glob component tried besides; no allocation
    bool matches(std::string_view path) const noexcept { return matches_at(0, path); }

private:
    struct Edge {
        std::string component;
        std::uint32_t node;
    };
    struct Node {
        bool terminal = false;
        std::vector<Edge> literals;  ///< sorted
        std::vector<Edge> globs;
    };
    bool matches_at(std::uint32_t node, std::string_view rest) const noexcept;
    std::uint32_t child(std::uint32_t node, std::string_view component);

    std::vector<Node> nodes_;
};

}  // namespace sensor::eval
