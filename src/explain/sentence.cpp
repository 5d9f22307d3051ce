// SPDX-License-Identifier: Apache-2.0
#include "explain/sentence.hpp"

#include <algorithm>
#include <vector>

namespace sensor::explain {
namespace {

constexpr std::size_t kMostText = 70;
constexpr std::size_t kMostReasons = 3;

std::string why_true(const TruthNode& node);
std::string why_false(const TruthNode& node, unsigned depth);

std::string quoted_value(const Fact& fact) {
    if (fact.value.empty()) return "empty";
    return shortened(fact.value, kMostText);
}

/// "it was cat"; with two sides "proc.name was cat, proc.pname was sh".
std::string values(const TruthNode& check) {
    std::string out;
    for (const Fact& fact : check.facts) {
        const std::string who = check.facts.size() > 1 ? fact.expression : "it";
        out += (out.empty() ? "" : ", ") + who +
               (fact.present ? " was " + quoted_value(fact) : " had no value");
    }
    return out;
}

std::string check_false(const TruthNode& check) {
    const std::string text = shortened(check.text, kMostText);
    if (check.facts.empty()) return text + " is never true";
    if (check.truth == Truth::Absent) {
        const auto missing = std::find_if(check.facts.begin(), check.facts.end(),
                                          [](const Fact& fact) { return !fact.present; });
        return text + " is false, the event has no " + missing->expression;
    }
    if (!check.facts.front().present) return text + " is false";  // exists
    return text + " is false, " + values(check);
}

/// What it was, shorter than what was asked: "fd.name was /etc/shadow".
std::string check_true(const TruthNode& check) {
    if (check.facts.empty() || !check.facts.front().present)
        return shortened(check.text, kMostText);
    std::string out;
    for (const Fact& fact : check.facts) {
        out += (out.empty() ? "" : " and ") + shortened(fact.expression, kMostText) + " was " +
               quoted_value(fact);
    }
    return out;
}

/// Is the part false because the event is of another type?
bool is_for_other_events(const TruthNode& node) {
    if (node.kind == TruthNode::Kind::Check)
        return !node.facts.empty() && node.facts.front().expression == "evt.type";
    if (node.kind != TruthNode::Kind::And) return false;
    return std::any_of(node.children.begin(), node.children.end(), [](const TruthNode& child) {
        return !child.holds() && is_for_other_events(child);
    });
}

std::string named(const TruthNode& node, const std::string& reason) {
    return node.macro.empty() ? reason : node.macro + " is false: " + reason;
}

/// The parts of an `and` that are false; deeper down the first one is enough.
std::string and_false(const TruthNode& node, unsigned depth) {
    const std::size_t most = depth == 0 ? kMostReasons : 1;
    std::string out;
    std::size_t count = 0, left = 0;
    for (const TruthNode& child : node.children) {
        if (child.holds()) continue;
        if (count == most)
            ++left;
        else
            out += (count++ == 0 ? "" : "; and ") + why_false(child, depth + 1);
    }
    if (left != 0 && depth == 0) out += "; and " + std::to_string(left) + " more";
    return named(node, out);
}

/// Alternatives for other events are counted, not told.
std::string or_false(const TruthNode& node, unsigned depth) {
    const std::size_t most = depth == 0 ? kMostReasons : 2;
    std::string out;
    std::size_t count = 0, left = 0, others = 0;
    for (const TruthNode& child : node.children) {
        if (is_for_other_events(child) && node.children.size() > 1)
            ++others;
        else if (count == most)
            ++left;
        else
            out += (count++ == 0 ? "" : "; ") + why_false(child, depth + 1);
    }
    const std::string all = std::to_string(node.children.size());
    if (others == node.children.size())
        return named(node, "all " + all + " alternatives are for other events");
    if (left != 0) out += "; " + std::to_string(left) + " more";
    if (others != 0) out += "; " + std::to_string(others) + " for other events";
    return named(node, "none of " + all + " alternatives holds (" + out + ")");
}

std::string why_false(const TruthNode& node, unsigned depth) {
    switch (node.kind) {
        case TruthNode::Kind::Check: return check_false(node);
        case TruthNode::Kind::And: return and_false(node, depth);
        case TruthNode::Kind::Or: return or_false(node, depth);
        case TruthNode::Kind::Not: break;
    }
    const TruthNode& inner = node.children.front();
    if (!node.exception.empty())
        return "the exception " + node.exception + " covers it: " + why_true(inner);
    if (!inner.macro.empty()) return "it is excluded by " + why_true(inner);
    return "it is excluded: " + why_true(inner);
}

std::string why_not(const TruthNode& inner) {
    if (!inner.macro.empty()) return "not " + inner.macro;
    if (inner.kind != TruthNode::Kind::Check)
        return "not (" + shortened(inner.text, kMostText) + ")";
    const std::string said = values(inner);
    return "not " + shortened(inner.text, kMostText) + (said.empty() ? "" : " (" + said + ")");
}

std::string why_true(const TruthNode& node) {
    std::string inner;
    switch (node.kind) {
        case TruthNode::Kind::Check: inner = check_true(node); break;
        case TruthNode::Kind::Not: inner = why_not(node.children.front()); break;
        case TruthNode::Kind::Or:
            for (const TruthNode& child : node.children) {
                if (!child.holds()) continue;
                inner = why_true(child);
                break;
            }
            break;
        case TruthNode::Kind::And:
            for (const TruthNode& child : node.children)
                inner += (inner.empty() ? "" : ", ") + why_true(child);
            break;
    }
    return node.macro.empty() ? inner : node.macro + " (" + inner + ")";
}

std::string listed(const std::vector<std::string>& parts) {
    std::string out;
    for (std::size_t k = 0; k < parts.size(); ++k)
        out += (k == 0 ? "" : k + 1 == parts.size() ? " and " : ", ") + parts[k];
    return out;
}

/// Why a condition holds: what it asks for, then what it excludes, in numbers where that is much.
std::string why_fired(const TruthNode& root) {
    std::vector<std::string> asked, excluded;
    bool exceptions = false;
    for (const TruthNode& child : root.children) {
        if (root.kind != TruthNode::Kind::And) break;
        if (!child.exception.empty())
            exceptions = true;
        else
            (child.kind == TruthNode::Kind::Not ? excluded : asked).push_back(why_true(child));
    }
    const std::size_t many = excluded.size();
    if (many <= kMostReasons) asked.insert(asked.end(), excluded.begin(), excluded.end());
    if (asked.empty()) asked.push_back(why_true(root));
    std::string out = listed(asked);
    if (many > kMostReasons)
        out += "; none of the " + std::to_string(many) + " things it excludes applies";
    return out + (exceptions ? "; no exception covers it" : "");
}

}  // namespace

std::string shortened(const std::string& text, std::size_t most) {
    if (text.size() <= most) return text;
    const std::size_t open = text.find(" (");
    if (open != std::string::npos && text.back() == ')' && open + 24 < most) {
        const std::size_t cut = text.find(',', std::min(most - 16, text.size()) / 2 + open / 2);
        if (cut != std::string::npos && cut < most) {
            const auto left =
                std::count(text.begin() + static_cast<std::ptrdiff_t>(cut), text.end(), ',');
            return text.substr(0, cut) + ", … " + std::to_string(left) + " more)";
        }
    }
    std::size_t end = most - 1;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
    return text.substr(0, end) + "…";
}

std::string verdict(const TruthNode& root) {
    return root.holds() ? "fired: " + why_fired(root) : "did not fire: " + why_false(root, 0);
}

}  // namespace sensor::explain
