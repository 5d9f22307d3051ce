// SPDX-License-Identifier: Apache-2.0
#include "eval/path_trie.hpp"

#include <algorithm>

#include "eval/glob.hpp"

namespace sensor::eval {
namespace {

/// Takes the next non-empty component off the front of `path`; empty if there is none.
std::string_view next_component(std::string_view& path) noexcept {
    while (!path.empty() && path.front() == '/') path.remove_prefix(1);
    const std::size_t end = std::min(path.find('/'), path.size());
    const std::string_view component = path.substr(0, end);
    path.remove_prefix(end);
    return component;
}

}  // namespace

std::uint32_t PathTrie::child(std::uint32_t node, std::string_view component) {
    auto& edges = has_glob(component) ? nodes_[node].globs : nodes_[node].literals;
    for (const Edge& edge : edges) {
        if (edge.component == component) return edge.node;
    }
    const auto created = static_cast<std::uint32_t>(nodes_.size());
    edges.push_back({std::string(component), created});
    nodes_.emplace_back();
    return created;
}

void PathTrie::add(std::string_view pattern) {
    std::uint32_t node = 0;
    for (std::string_view c = next_component(pattern); !c.empty(); c = next_component(pattern)) {
        node = child(node, c);
    }
    nodes_[node].terminal = true;
}

void PathTrie::finish() {
    for (Node& node : nodes_) {
        std::sort(node.literals.begin(), node.literals.end(),
                  [](const Edge& a, const Edge& b) { return a.component < b.component; });
    }
}

bool PathTrie::matches_at(std::uint32_t index, std::string_view rest) const noexcept {
    const Node& node = nodes_[index];
    if (node.terminal) return true;
    const std::string_view component = next_component(rest);
    if (component.empty()) return false;
    const auto found = std::lower_bound(node.literals.begin(), node.literals.end(), component,
                                        [](const Edge& edge, std::string_view text) {
                                            return std::string_view(edge.component) < text;
                                        });
    if (found != node.literals.end() && found->component == component &&
        matches_at(found->node, rest))
        return true;
    for (const Edge& edge : node.globs) {
        if (glob_match(edge.component, component, false) && matches_at(edge.node, rest))
            return true;
    }
    return false;
}

}  // namespace sensor::eval
