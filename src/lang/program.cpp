// SPDX-License-Identifier: Apache-2.0
// Sharing of equal terms, predicates and nodes while the checker adds them. A rule set of a
// thousand rules names the same few hundred predicates again and again, so adding goes by hash.
#include "lang/program.hpp"

#include <functional>
#include <utility>

namespace sensor::lang {
namespace {

std::size_t mix(std::size_t seed, std::size_t value) noexcept {
    return seed ^ (value + 0x9e3779b97f4a7c15u + (seed << 6) + (seed >> 2));
}

template <typename E>
std::size_t number(E value) noexcept {
    return static_cast<std::size_t>(value);
}

std::size_t text(const std::string& value) noexcept { return std::hash<std::string>{}(value); }

std::size_t hash_of(const Constant& c) noexcept {
    std::size_t h = mix(number(c.kind), c.prefix);
    h = mix(h, c.is_net ? 1 : 0);
    return mix(mix(h, c.bits), text(c.bytes));
}

std::size_t hash_of(const FieldRef& f) noexcept {
    std::size_t h = mix(number(f.id), number(f.arg.kind));
    h = mix(h, static_cast<std::size_t>(f.arg.index));
    return mix(h, text(f.arg.key));
}

std::size_t hash_of(const Term& t) noexcept {
    std::size_t h = mix(number(t.kind), number(t.transformer));
    h = mix(h, hash_of(t.field));
    h = mix(h, hash_of(t.constant));
    for (const std::uint32_t arg : t.args) h = mix(h, arg);
    return mix(h, text(t.option));
}

std::size_t hash_of(const Predicate& p) noexcept {
    std::size_t h = mix(p.left, number(p.op));
    h = mix(h, number(p.modifier) * 4 + number(p.quantifier));
    h = mix(h, p.right_is_term ? p.right + 1u : 0u);
    for (const Constant& c : p.constants) h = mix(h, hash_of(c));
    return h;
}

std::size_t hash_of(const CondNode& n) noexcept {
    std::size_t h = mix(number(n.kind), n.predicate);
    for (const std::uint32_t child : n.children) h = mix(h, child);
    return h;
}

template <typename T>
std::uint32_t add(std::vector<T>& entries, Program::Index& index, T entry) {
    for (; index.known < entries.size(); ++index.known) {
        index.by_hash.emplace(hash_of(entries[index.known]),
                              static_cast<std::uint32_t>(index.known));
    }
    const std::size_t hash = hash_of(entry);
    const auto [first, last] = index.by_hash.equal_range(hash);
    for (auto it = first; it != last; ++it) {
        if (entries[it->second] == entry) return it->second;
    }
    const auto k = static_cast<std::uint32_t>(entries.size());
    entries.push_back(std::move(entry));
    index.by_hash.emplace(hash, k);
    ++index.known;
    return k;
}

}  // namespace

std::uint32_t Program::add_term(Term term) { return add(terms, term_index, std::move(term)); }

std::uint32_t Program::add_predicate(Predicate predicate) {
    return add(predicates, predicate_index, std::move(predicate));
}

std::uint32_t Program::add_node(CondNode node) { return add(nodes, node_index, std::move(node)); }

}  // namespace sensor::lang
