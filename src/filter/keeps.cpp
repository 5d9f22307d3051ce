// SPDX-License-Identifier: Apache-2.0
#include "filter/keeps.hpp"

#include <algorithm>

namespace sensor::filter {
namespace {

bool holds(const NumberTest& test, const Event& event) {
    if (!event.has(test.param)) return false;
    const std::uint64_t value = (event.u64(test.param) ^ test.flip) & test.mask;
    return std::any_of(test.intervals.begin(), test.intervals.end(),
                       [&](const Interval& i) { return i.low <= value && value <= i.high; });
}

bool holds(const NameTest& test, std::string_view name) {
    return std::binary_search(test.equal.begin(), test.equal.end(), name) ||
           std::any_of(test.prefixes.begin(), test.prefixes.end(),
                       [&](const std::string& p) { return name.starts_with(p); }) ||
           std::any_of(test.suffixes.begin(), test.suffixes.end(),
                       [&](const std::string& s) { return name.ends_with(s); });
}

bool node_holds(const EventPart& part, std::uint32_t k, const Event& event) {
    const Node& node = part.nodes[k];
    const auto child = [&](std::uint32_t c) { return node_holds(part, c, event); };
    switch (node.kind) {
        case Node::Kind::Always: return true;
        case Node::Kind::Never: return false;
        case Node::Kind::Number: return holds(part.numbers[node.test], event) != node.negated;
        case Node::Kind::Name: {
            const NameTest& test = part.names[node.test];
            const std::string_view name = event.text(test.param);
            return !is_plain_name(name) || holds(test, name) != node.negated;
        }
        case Node::Kind::And: return std::all_of(node.children.begin(), node.children.end(), child);
        case Node::Kind::Or: return std::any_of(node.children.begin(), node.children.end(), child);
    }
    return true;
}

}  // namespace

bool is_plain_name(std::string_view name) noexcept {
    if (!name.starts_with('/') || name.size() > kLongestName) return false;
    if (name.size() > 1 && name.back() == '/') return false;
    for (std::size_t slash = 0; slash != std::string_view::npos;
         slash = name.find('/', slash + 1)) {
        std::string_view part = name.substr(slash + 1);
        part = part.substr(0, part.find('/'));
        if (name.size() > 1 && (part.empty() || part == "." || part == "..")) return false;
    }
    return true;
}

bool keeps(const EventPart& part, const Event& event) { return node_holds(part, part.root, event); }

}  // namespace sensor::filter
