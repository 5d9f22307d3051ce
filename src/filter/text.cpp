// SPDX-License-Identifier: Apache-2.0
// A KernelPart for people.
#include <algorithm>

#include "filter/kernel_part.hpp"

namespace sensor::filter {
namespace {

constexpr std::size_t kMostShown = 4;
constexpr std::uint64_t kMost = ~std::uint64_t{0};

/// "a, b, c and 7 more"
template <typename Items, typename Show>
std::string listed(const Items& items, Show&& show) {
    std::string text;
    for (std::size_t k = 0; k < std::min(items.size(), kMostShown); ++k)
        text += (k == 0 ? "" : ", ") + show(items[k]);
    if (items.size() > kMostShown)
        text += " and " + std::to_string(items.size() - kMostShown) + " more";
    return text;
}

std::string bound_text(std::uint64_t bound, std::uint64_t flip) {
    return flip == 0 ? std::to_string(bound)
                     : std::to_string(static_cast<std::int64_t>(bound ^ flip));
}

std::string interval_text(const Interval& i, std::uint64_t flip) {
    if (i.low == i.high) return "= " + bound_text(i.low, flip);
    if (i.low == 0) return "<= " + bound_text(i.high, flip);
    if (i.high == kMost) return ">= " + bound_text(i.low, flip);
    return bound_text(i.low, flip) + " to " + bound_text(i.high, flip);
}

std::string number_text(const EventPart& part, const NumberTest& test) {
    std::string value(event_info(part.event).params[test.param].name);
    const bool any_bit = test.mask != kMost && test.intervals.size() == 1 &&
                         test.intervals.front() == Interval{1, kMost};
    if (any_bit) return value + " has a bit of " + std::to_string(test.mask);
    if (test.mask != kMost) value += " & " + std::to_string(test.mask);
    return value + " " +
           listed(test.intervals, [&](const Interval& i) { return interval_text(i, test.flip); });
}

std::string name_text(const EventPart& part, const NameTest& test) {
    const bool real = test.param == NameTest::kReal;
    const std::string name(real ? "its real path" : event_info(part.event).params[test.param].name);
    const auto as_is = [](const std::string& s) { return s; };
    std::string text;
    const auto add = [&](const std::vector<std::string>& all, const char* what) {
        if (all.empty()) return;
        text += text.empty() ? name : " or";
        text += std::string(" ") + what + " " + listed(all, as_is);
    };
    add(test.equal, "is");
    add(test.prefixes, "begins with");
    add(test.suffixes, "ends with");
    add(test.directories, "lies in");
    add(test.parts, "contains");
    const int kinds = !test.equal.empty() + !test.prefixes.empty() + !test.suffixes.empty() +
                      !test.directories.empty() + !test.parts.empty();
    return kinds > 1 ? "(" + text + ")" : text;
}

std::string node_text(const EventPart& part, std::uint32_t k, bool inside) {
    const Node& node = part.nodes[k];
    switch (node.kind) {
        case Node::Kind::Always: return "all";
        case Node::Kind::Never: return "none";
        case Node::Kind::Interest: return "the process may be wanted";
        case Node::Kind::Number:
            return (node.negated ? "not " : "") + number_text(part, part.numbers[node.test]);
        case Node::Kind::Name:
            return (node.negated ? "not " : "") + name_text(part, part.names[node.test]);
        default: break;
    }
    std::string text;
    for (const std::uint32_t child : node.children) {
        if (!text.empty()) text += node.kind == Node::Kind::And ? " and " : " or ";
        text += node_text(part, child, true);
    }
    return inside ? "(" + text + ")" : text;
}

}  // namespace

std::string to_text(const EventPart& part) { return node_text(part, part.root, false); }

}  // namespace sensor::filter
