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
    Builder(const lang::Program& program, const EventInfo& event)
        : program_(program), event_(event) {
        part_.event = event.type;
        always_ = add({Node::Kind::Always, false, 0, {}});
        never_ = add({Node::Kind::Never, false, 0, {}});
    }

    EventPart build() {
        std::vector<std::uint32_t> wanted;
        for (const lang::Condition& condition : program_.conditions) {
            if (condition.events.events.test(static_cast<std::size_t>(event_.type)))
                wanted.push_back(weaken(condition.root, false));
        }
        part_.root = join_nodes(wanted, false);
        keep_in_bounds();
        return std::move(part_);
    }

private:
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
                return add({Node::Kind::Number, opposite, number(std::move(made.number)), {}});
            case Judgement::Kind::Name:
                if (opposite && !made.exact) return always_;
                return add({Node::Kind::Name, opposite, name(std::move(made.name)), {}});
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
        if (!is_and) merge_factors(flat);
        sort_once(flat);
        if (flat.empty()) return neutral;
        if (flat.size() == 1) return flat.front();
        return add({kind, false, 0, std::move(flat)});
    }

    /// Names of an Or become one test; those of an And do if they are negated.
    void merge_names(std::vector<std::uint32_t>& children, bool negated) {
        std::optional<NameTest> all;
        std::vector<std::uint32_t> rest;
        for (const std::uint32_t child : children) {
            const Node& node = part_.nodes[child];
            if (node.kind != Node::Kind::Name || node.negated != negated) {
                rest.push_back(child);
                continue;
            }
            const NameTest& test = part_.names[node.test];
            if (!all) all = NameTest{test.param, {}, {}, {}};
            append(all->equal, test.equal);
            append(all->prefixes, test.prefixes);
            append(all->suffixes, test.suffixes);
        }
        if (!all) return;
        sort_once(all->equal);
        sort_once(all->prefixes);
        sort_once(all->suffixes);
        rest.push_back(add({Node::Kind::Name, negated, name(std::move(*all)), {}}));
        children = std::move(rest);
    }

    /// (a and NAME1) or (a and NAME2) is a and NAME1-or-NAME2: many rules differ in names only.
    void merge_factors(std::vector<std::uint32_t>& children) {
        std::map<std::vector<std::uint32_t>, std::vector<std::uint32_t>> names_by_rest;
        std::vector<std::uint32_t> out;
        for (const std::uint32_t child : children) {
            const auto split = split_name(child);
            if (split)
                names_by_rest[split->first].push_back(split->second);
            else
                out.push_back(child);
        }
        for (auto& [rest, names] : names_by_rest) {
            std::vector<std::uint32_t> both = rest;
            both.push_back(names.size() == 1 ? names.front() : join_nodes(names, false));
            sort_once(both);
            out.push_back(add({Node::Kind::And, false, 0, std::move(both)}));
        }
        children = std::move(out);
    }

    /// An And of one name and other things, taken apart.
    std::optional<std::pair<std::vector<std::uint32_t>, std::uint32_t>> split_name(
        std::uint32_t child) const {
        if (part_.nodes[child].kind != Node::Kind::And) return std::nullopt;
        std::vector<std::uint32_t> rest;
        std::optional<std::uint32_t> name;
        for (const std::uint32_t k : part_.nodes[child].children) {
            const bool is_name = part_.nodes[k].kind == Node::Kind::Name && !part_.nodes[k].negated;
            if (is_name && name) return std::nullopt;
            if (is_name)
                name = k;
            else
                rest.push_back(k);
        }
        if (!name) return std::nullopt;
        return std::pair(std::move(rest), *name);
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
    part_ = {all.event, {}, {}, {{Node::Kind::Always, false, 0, {}}}, 0};
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
        for (std::string& text : test.prefixes) text.resize(std::min(text.size(), bytes));
        for (std::string& text : test.suffixes)
            text.erase(0, text.size() - std::min(text.size(), bytes));
        sort_once(test.prefixes);
        sort_once(test.suffixes);
        cut[k] = test != before;
    }
    for (Node& node : part.nodes) {
        if (node.kind == Node::Kind::Name && node.negated && cut[node.test])
            node = {Node::Kind::Always, false, 0, {}};
    }
}

std::vector<EventPart> make_kernel_part(const lang::Program& program) {
    std::vector<EventPart> parts;
    for (const EventInfo& event : all_events()) {
        const auto wants = [&](const lang::Condition& c) {
            return c.events.events.test(static_cast<std::size_t>(event.type));
        };
        if (is_reported(event) &&
            std::any_of(program.conditions.begin(), program.conditions.end(), wants))
            parts.push_back(Builder(program, event).build());
    }
    return parts;
}

}  // namespace sensor::filter
