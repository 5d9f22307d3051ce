// SPDX-License-Identifier: Apache-2.0
#include "filter/keeps.hpp"

#include <algorithm>

namespace sensor::filter {
namespace {

constexpr int kMostStepsUp = 6;  // MOST_STEPS_UP of bpf/wanted.h

bool holds(const NumberTest& test, const Event& event) {
    if (!event.has(test.param)) return false;
    const std::uint64_t value = (event.u64(test.param) ^ test.flip) & test.mask;
    return std::any_of(test.intervals.begin(), test.intervals.end(),
                       [&](const Interval& i) { return i.low <= value && value <= i.high; });
}

bool is_in_directory(const NameTest& test, std::string_view name) {
    const std::string_view directory = name.substr(0, std::min(name.rfind('/'), name.size()));
    return !name.empty() &&
           std::binary_search(test.directories.begin(), test.directories.end(), directory);
}

bool holds(const NameTest& test, std::string_view name) {
    return is_in_directory(test, name) ||
           std::any_of(test.parts.begin(), test.parts.end(),
                       [&](const std::string& p) { return name.find(p) != name.npos; }) ||
           std::binary_search(test.equal.begin(), test.equal.end(), name) ||
           std::any_of(test.prefixes.begin(), test.prefixes.end(),
                       [&](const std::string& p) { return name.starts_with(p); }) ||
           std::any_of(test.suffixes.begin(), test.suffixes.end(),
                       [&](const std::string& s) { return name.ends_with(s); });
}

bool node_holds(const EventPart& part, std::uint32_t k, const Event& event,
                std::uint64_t interest) {
    const Node& node = part.nodes[k];
    const auto child = [&](std::uint32_t c) { return node_holds(part, c, event, interest); };
    switch (node.kind) {
        case Node::Kind::Always: return true;
        case Node::Kind::Never: return false;
        case Node::Kind::Number: return holds(part.numbers[node.test], event) != node.negated;
        case Node::Kind::Name: {
            const NameTest& test = part.names[node.test];
            std::array<char, 2 * kLongestName + 2> joined{};
            if (test.param == NameTest::kReal && event.extra(REC_X_REAL).empty())
                return node.negated;
            const std::string_view name = test.param == NameTest::kReal
                                              ? event.extra(REC_X_REAL)
                                              : judged_name(event, test.param, joined);
            return !is_plain_name(name) || holds(test, name) != node.negated;
        }
        case Node::Kind::Interest: return (node.interest & interest) != 0;
        case Node::Kind::And: return std::all_of(node.children.begin(), node.children.end(), child);
        case Node::Kind::Or: return std::any_of(node.children.begin(), node.children.end(), child);
    }
    return true;
}

/// Takes "./" and "../" off the front of a relative name.
void take_steps(std::string_view& directory, std::string_view& name) {
    for (int n = 0; n < kMostStepsUp; ++n) {
        const std::string_view part = name.substr(0, name.find('/'));
        if (part != "." && part != "..") return;
        if (part == "..") directory = directory.substr(0, directory.rfind('/'));
        name.remove_prefix(std::min(part.size() + 1, name.size()));
    }
}

}  // namespace

bool is_plain_name(std::string_view name) noexcept {
    if (!name.starts_with('/') || name.size() > kLongestName) return false;
    if (name.size() > 1 && name.back() == '/') return false;
    if (static_cast<std::size_t>(std::count(name.begin(), name.end(), '/')) > kMostSlashes)
        return false;
    for (std::size_t slash = 0; slash != std::string_view::npos;
         slash = name.find('/', slash + 1)) {
        std::string_view part = name.substr(slash + 1);
        part = part.substr(0, part.find('/'));
        if (name.size() > 1 && (part.empty() || part == "." || part == "..")) return false;
    }
    return true;
}

std::string_view judged_name(const Event& event, std::size_t param,
                             std::array<char, 2 * kLongestName + 2>& out) noexcept {
    std::string_view name = event.text(param);
    if (!event.has(param) || name.size() > kLongestName || name.starts_with('/')) return name;
    std::string_view directory = event.extra(REC_X_DIR);
    const bool odd = (event.head().flags & REC_F_ODD_DIR) != 0;
    // "(NULL)" and "<NA>" stand for a name that could not be read.
    if (name.starts_with('(') || name.starts_with('<')) return {};
    if (name.empty() || directory.empty() || directory.size() > kLongestName || odd) return {};
    if (directory == "/") directory = {};
    take_steps(directory, name);
    if (directory.size() + 1 + name.size() > kLongestName) return {};
    char* end = std::copy(directory.begin(), directory.end(), out.data());
    *end++ = '/';
    end = std::copy(name.begin(), name.end(), end);
    for (int n = 0; n < 3 && end - out.data() > 1 && end[-1] == '/'; ++n) --end;
    return {out.data(), static_cast<std::size_t>(end - out.data())};
}

bool keeps(const EventPart& part, const Event& event, std::uint64_t interest) {
    return (part.interests & interest) != 0 && node_holds(part, part.root, event, interest);
}

}  // namespace sensor::filter
