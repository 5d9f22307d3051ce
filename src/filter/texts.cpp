// SPDX-License-Identifier: Apache-2.0
#include "filter/texts.hpp"

#include "../../bpf/filter.h"

#include <algorithm>

namespace sensor::filter {
namespace {

using Kind = FilterText::Kind;
static_assert(static_cast<int>(Kind::Whole) == FILTER_TEXT_WHOLE &&
              static_cast<int>(Kind::Front) == FILTER_TEXT_FRONT &&
              static_cast<int>(Kind::Leaf) == FILTER_TEXT_LEAF);
using Texts = std::vector<FilterText>;

/// Collects what the names a node asks for must have; false: it may hold without a name.
bool collect(const EventPart& part, std::uint32_t k, Texts& texts);

/// "" stands before every name.
bool add_front(EventType event, const std::string& text, Texts& texts) {
    const std::size_t slash = text.rfind('/');
    if (slash == std::string::npos) return false;
    texts.push_back({event, Kind::Front, text.substr(0, slash + 1)});
    return true;
}

bool add(EventType event, const NameTest& test, Texts& texts) {
    for (const std::string& text : test.equal) texts.push_back({event, Kind::Whole, text});
    for (const std::string& text : test.directories)
        texts.push_back({event, Kind::Front, text + "/"});
    const auto ends_in_leaf = [&](const std::string& text) {
        if (!text.starts_with('/') || text.rfind('/') != 0) return false;
        texts.push_back({event, Kind::Leaf, text});
        return true;
    };
    return test.parts.empty() &&
           std::all_of(test.prefixes.begin(), test.prefixes.end(),
                       [&](const std::string& text) { return add_front(event, text, texts); }) &&
           std::all_of(test.suffixes.begin(), test.suffixes.end(), ends_in_leaf);
}

bool collect_all(const EventPart& part, const Node& node, Texts& texts) {
    return std::all_of(node.children.begin(), node.children.end(),
                       [&](std::uint32_t child) { return collect(part, child, texts); });
}

/// Of an And the names of one child are enough.
bool collect_any(const EventPart& part, const Node& node, Texts& texts) {
    return std::any_of(node.children.begin(), node.children.end(), [&](std::uint32_t child) {
        Texts of_child;
        if (!collect(part, child, of_child)) return false;
        texts.insert(texts.end(), of_child.begin(), of_child.end());
        return true;
    });
}

bool collect(const EventPart& part, std::uint32_t k, Texts& texts) {
    const Node& node = part.nodes[k];
    switch (node.kind) {
        case Node::Kind::Never: return true;
        case Node::Kind::Name:
            return !node.negated && add(part.event, part.names[node.test], texts);
        case Node::Kind::And: return collect_any(part, node, texts);
        case Node::Kind::Or: return collect_all(part, node, texts);
        default: return false;
    }
}

}  // namespace

std::optional<std::vector<FilterText>> wanted_texts(const EventPart& part) {
    Texts texts;
    if (!collect(part, part.root, texts)) return std::nullopt;
    std::sort(texts.begin(), texts.end());
    texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
    return texts;
}

}  // namespace sensor::filter
