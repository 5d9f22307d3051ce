// SPDX-License-Identifier: Apache-2.0
#include "filter/kernel_part.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "filter/facts.hpp"

namespace sensor::filter {
namespace {

using lang::CondNode;

template <typename T>
void append(std::vector<T>& to, const std::vector<T>& more) {
    to.insert(to.end(), more.begin(), more.end());
}

template <typename T>
void sort_once(std::vector<T>& all) {
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
}

/// The condition of one event type, grown node by node; equal nodes and tests are one.
class Builder {
public:
    Builder(const lang::Program& program, const std::vector<std::uint8_t>& bits,
            const EventInfo& event)
        : program_(program), bits_(bits), event_(event) {
        part_.event = event.type;
        always_ = add({Node::Kind::Always, false, 0, 0, {}});
        never_ = add({Node::Kind::Never, false, 0, 0, {}});
    }

    EventPart build() {
        std::vector<std::uint32_t> wanted;
        std::uint64_t interests = 0;
        for (std::size_t k = 0; k < program_.conditions.size(); ++k) {
            const lang::Condition& condition = program_.conditions[k];
            if (!condition.events.events.test(static_cast<std::size_t>(event_.type))) continue;
            const std::uint32_t made = weaken(condition.root, false);
            if (made == never_) continue;
            interests |= std::uint64_t{1} << bits_[k];
            wanted.push_back(of_interest(made, bits_[k]));
        }
        part_.root = join_nodes(wanted, false);
        keep_in_bounds();
        part_.interests = interests;
        return std::move(part_);
    }

private:
    /// With names of its own a condition is left as it is: those of all become one test.
    std::uint32_t of_interest(std::uint32_t node, std::uint8_t bit) {
        if (bit == 0 || asks_for_name(node)) return node;
        Node interest{Node::Kind::Interest, false, 0, std::uint64_t{1} << bit, {}};
        return join_nodes({node, add(std::move(interest))}, true);
    }

    bool asks_for_name(std::uint32_t k) const {
        const Node& node = part_.nodes[k];
        return node.kind == Node::Kind::Name ||
               std::any_of(node.children.begin(), node.children.end(),
                           [&](std::uint32_t child) { return asks_for_name(child); });
    }

    /// What may hold of a node, or of its opposite.
    std::uint32_t weaken(std::uint32_t node, bool negated) {
        const auto known = weakened_.find({node, negated});
        if (known != weakened_.end()) return known->second;
        const std::uint32_t made = weaken_new(program_.nodes[node], negated);
        weakened_.emplace(std::pair(node, negated), made);
        return made;
    }

    std::uint32_t weaken_new(const CondNode& node, bool negated) {
        switch (node.kind) {
            case CondNode::Kind::True: return negated ? never_ : always_;
            case CondNode::Kind::False: return negated ? always_ : never_;
            case CondNode::Kind::Predicate: return leaf(node.predicate, negated);
            case CondNode::Kind::Not: return weaken(node.children.front(), !negated);
            default: break;
        }
        std::vector<std::uint32_t> children;
        children.reserve(node.children.size());
        for (const std::uint32_t child : node.children) children.push_back(weaken(child, negated));
        return join_nodes(children, (node.kind == CondNode::Kind::And) != negated);
    }

    std::uint32_t leaf(std::uint32_t predicate, bool negated) {
        Judgement made = judge(program_, program_.predicates[predicate], event_);
        const bool opposite = made.inverted != negated;
        switch (made.kind) {
            case Judgement::Kind::Unknown: return always_;
            case Judgement::Kind::Constant: return made.value != negated ? always_ : never_;
            case Judgement::Kind::Number:
                if (made.number.intervals.empty() && made.exact) return opposite ? always_ : never_;
                if (opposite && !made.exact) return always_;
                return add({Node::Kind::Number, opposite, number(std::move(made.number)), 0, {}});
            case Judgement::Kind::Name:
                if (opposite && !made.exact) return always_;
                // Of a path that is not there "!=" does not hold, nor does "=".
                if (made.inverted && negated && made.name.param == NameTest::kReal) return always_;
                return add({Node::Kind::Name, opposite, name(std::move(made.name)), 0, {}});
        }
        return always_;
    }

    /// And or Or of nodes, flattened; whatever decides it alone is all that stays.
    std::uint32_t join_nodes(const std::vector<std::uint32_t>& children, bool is_and) {
        const Node::Kind kind = is_and ? Node::Kind::And : Node::Kind::Or;
        const std::uint32_t neutral = is_and ? always_ : never_;
        const std::uint32_t decides = is_and ? never_ : always_;
        std::vector<std::uint32_t> flat;
        for (const std::uint32_t child : children) {
            const Node& node = part_.nodes[child];
            if (node.kind == kind)
                append(flat, node.children);
            else if (child != neutral)
                flat.push_back(child);
        }
        if (std::find(flat.begin(), flat.end(), decides) != flat.end()) return decides;
        merge_names(flat, is_and);
        if (!is_and) {
            merge_interests(flat);
            merge_factors(flat, Node::Kind::Name);
            merge_factors(flat, Node::Kind::Interest);
            absorb(flat);
        }
        sort_once(flat);
        if (flat.empty()) return neutral;
        if (flat.size() == 1) return flat.front();
        return add({kind, false, 0, 0, std::move(flat)});
    }

    /// Names of an Or become one test; those of an And do if they are negated.
    void merge_names(std::vector<std::uint32_t>& children, bool negated) {
        std::map<std::uint8_t, NameTest> all;  // by parameter
        std::erase_if(children, [&](std::uint32_t child) {
            const Node& node = part_.nodes[child];
            if (node.kind != Node::Kind::Name || node.negated != negated) return false;
            add_texts(all[part_.names[node.test].param], part_.names[node.test]);
            return true;
        });
        for (auto& [param, test] : all) {
            test.each([](NameTest::Texts& texts) { sort_once(texts); });
            children.push_back(add({Node::Kind::Name, negated, name(std::move(test)), 0, {}}));
        }
    }

    static void add_texts(NameTest& to, const NameTest& from) {
        to.param = from.param;
        append(to.equal, from.equal);
        append(to.prefixes, from.prefixes);
        append(to.suffixes, from.suffixes);
        append(to.directories, from.directories);
        append(to.parts, from.parts);
    }

    /// Interests of an Or become one.
    void merge_interests(std::vector<std::uint32_t>& children) {
        std::uint64_t all = 0;
        std::erase_if(children, [&](std::uint32_t child) {
            const Node& node = part_.nodes[child];
            all |= node.interest;
            return node.kind == Node::Kind::Interest;
        });
        if (all != 0) children.push_back(add({Node::Kind::Interest, false, 0, all, {}}));
    }

    /// (a and NAME1) or (a and NAME2) is a and NAME1-or-NAME2: many rules differ in names only, or
    /// in what they ask of the process.
    void merge_factors(std::vector<std::uint32_t>& children, Node::Kind kind) {
        std::map<std::vector<std::uint32_t>, std::vector<std::uint32_t>> by_rest;
        std::vector<std::uint32_t> out;
        for (const std::uint32_t child : children) {
            const auto split = split_off(child, kind);
            if (split)
                by_rest[split->first].push_back(split->second);
            else
                out.push_back(child);
        }
        for (auto& [rest, factors] : by_rest) {
            std::vector<std::uint32_t> both = rest;
            both.push_back(factors.size() == 1 ? factors.front() : join_nodes(factors, false));
            sort_once(both);
            out.push_back(add({Node::Kind::And, false, 0, 0, std::move(both)}));
        }
        children = std::move(out);
    }

    /// An And of one thing of a kind and other things, taken apart.
    std::optional<std::pair<std::vector<std::uint32_t>, std::uint32_t>> split_off(
        std::uint32_t child, Node::Kind kind) const {
        if (part_.nodes[child].kind != Node::Kind::And) return std::nullopt;
        std::vector<std::uint32_t> rest;
        std::optional<std::uint32_t> factor;
        for (const std::uint32_t k : part_.nodes[child].children) {
            const bool is_factor = part_.nodes[k].kind == kind && !part_.nodes[k].negated;
            if (is_factor && factor) return std::nullopt;
            if (is_factor)
                factor = k;
            else
                rest.push_back(k);
        }
        if (!factor) return std::nullopt;
        return std::pair(std::move(rest), *factor);
    }

    /// a or (a and b) is a.
    void absorb(std::vector<std::uint32_t>& children) {
        sort_once(children);
        const std::vector<std::uint32_t> all = children;
        const auto asks_for_less = [&](std::uint32_t less, std::uint32_t more) {
            const Node& a = part_.nodes[less];
            const std::vector<std::uint32_t> alone{less};
            const auto& few = a.kind == Node::Kind::And ? a.children : alone;
            const auto& many = part_.nodes[more].children;
            return less != more && std::includes(many.begin(), many.end(), few.begin(), few.end());
        };
        std::erase_if(children, [&](std::uint32_t child) {
            return part_.nodes[child].kind == Node::Kind::And &&
                   std::any_of(all.begin(), all.end(),
                               [&](std::uint32_t other) { return asks_for_less(other, child); });
        });
    }

    /// Numbers what is added; equal things have one number.
    template <typename T>
    struct Once {
        std::map<T, std::uint32_t> known;
        std::uint32_t add(T thing, std::vector<T>& all) {
            const auto [entry, is_new] =
                known.emplace(std::move(thing), static_cast<std::uint32_t>(all.size()));
            if (is_new) all.push_back(entry->first);
            return entry->second;
        }
    };
    std::uint32_t add(Node node) { return nodes_.add(std::move(node), part_.nodes); }
    std::uint32_t number(NumberTest test) { return numbers_.add(std::move(test), part_.numbers); }
    std::uint32_t name(NameTest test) { return names_.add(std::move(test), part_.names); }

    void keep_in_bounds();

    const lang::Program& program_;
    const std::vector<std::uint8_t>& bits_;
    const EventInfo& event_;
    EventPart part_;
    std::uint32_t always_ = 0, never_ = 0;
    Once<Node> nodes_;
    Once<NumberTest> numbers_;
    Once<NameTest> names_;
    std::map<std::pair<std::uint32_t, bool>, std::uint32_t> weakened_;
};

/// Leaves only what the root asks for, numbered anew; too much of it decides nothing.
void Builder::keep_in_bounds() {
    EventPart all = std::move(part_);
    part_ = {};
    part_.event = all.event;
    numbers_ = {};
    names_ = {};
    std::vector<bool> asked(all.nodes.size());
    asked[all.root] = true;
    for (std::size_t k = all.nodes.size(); k-- > 0;) {
        if (!asked[k]) continue;
        for (const std::uint32_t child : all.nodes[k].children) asked[child] = true;
    }
    std::vector<std::uint32_t> moved(all.nodes.size());
    for (std::size_t k = 0; k < all.nodes.size(); ++k) {
        if (!asked[k]) continue;
        Node node = std::move(all.nodes[k]);
        for (std::uint32_t& child : node.children) child = moved[child];
        if (node.kind == Node::Kind::Number) node.test = number(all.numbers[node.test]);
        if (node.kind == Node::Kind::Name) node.test = name(all.names[node.test]);
        moved[k] = static_cast<std::uint32_t>(part_.nodes.size());
        part_.nodes.push_back(std::move(node));
    }
    part_.root = moved[all.root];
    if (part_.names.size() <= kMostNames && part_.nodes.size() <= kMostNodes) return;
    part_ = {};
    part_.event = all.event;
    part_.nodes.push_back({});
}

bool is_reported(const EventInfo& event) {
    return event.for_rules && !event.enter && event.type != EventType::generic &&
           (event.source == EventSource::SYSCALL || event.source == EventSource::TRACEPOINT);
}

}  // namespace

void cut_names(EventPart& part, std::size_t bytes) {
    std::vector<bool> cut(part.names.size());
    for (std::size_t k = 0; k < part.names.size(); ++k) {
        NameTest& test = part.names[k];
        const NameTest before = test;
        const auto is_long = [&](const std::string& text) { return text.size() > bytes; };
        for (const std::string& text : test.equal) {
            if (is_long(text)) test.prefixes.push_back(text);
        }
        std::erase_if(test.equal, is_long);
        for (const std::string& text : test.directories) {
            if (is_long(text)) test.prefixes.push_back(text);
        }
        std::erase_if(test.directories, is_long);
        for (std::string& text : test.prefixes) text.resize(std::min(text.size(), bytes));
        for (std::string& text : test.suffixes)
            text.erase(0, text.size() - std::min(text.size(), bytes));
        sort_once(test.prefixes);
        sort_once(test.suffixes);
        cut[k] = test != before;
    }
    for (Node& node : part.nodes) {
        if (node.kind == Node::Kind::Name && node.negated && cut[node.test]) node = {};
    }
}

std::vector<EventPart> make_kernel_part(const lang::Program& program) {
    std::vector<EventPart> parts;
    const std::vector<std::uint8_t> bits = interest_bits(program);
    for (const EventInfo& event : all_events()) {
        const auto wants = [&](const lang::Condition& c) {
            return c.events.events.test(static_cast<std::size_t>(event.type));
        };
        if (is_reported(event) &&
            std::any_of(program.conditions.begin(), program.conditions.end(), wants))
            parts.push_back(Builder(program, bits, event).build());
    }
    return parts;
}

}  // namespace sensor::filter
