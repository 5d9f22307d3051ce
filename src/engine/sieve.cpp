// SPDX-License-Identifier: Apache-2.0
#include "engine/sieve.hpp"

#include <algorithm>
#include <cstring>
#include <random>

#include "eval/hash.hpp"

namespace sensor::engine {
namespace {

using lang::CondNode;
using lang::Term;

constexpr std::uint32_t kAbsent = 0xffffffffU, kAgain = 0xfffffffeU;  // lengths no text has
constexpr std::size_t kFew = 3;  // so few conditions are judged as fast as looked up

bool is_plain(const Term& term, FieldId id) {
    return term.kind == Term::Kind::Field && term.field.id == id &&
           term.field.arg.kind == FieldArg::Kind::None;
}

/// A predicate, asked once an event: many conditions share it.
bool ask(eval::Frame& frame, std::uint32_t predicate) noexcept {
    std::uint32_t& known = frame.results[predicate];
    if (known >> 1 != frame.stamp)
        known = frame.stamp << 1 | (frame.runtime->predicate(frame, predicate) ? 1U : 0U);
    return (known & 1) != 0;
}

}  // namespace

Sieve::Sieve(const lang::Program& program, const Dispatch& dispatch)
    : program_(program), exact_(program.predicates.size()) {
    find_key_terms();
    if (texts_.empty()) return;
    for (std::uint32_t code = 0; code < REC_MAX_EVENTS; ++code) {
        const EventInfo* info = event_info(static_cast<std::uint16_t>(code));
        // Events of other sources may have names of their own, which are not in the key.
        if (info == nullptr || info->source != EventSource::SYSCALL) continue;
        if (info->type == EventType::generic) continue;
        const auto conditions = dispatch.conditions(code, 0);
        const auto count =
            std::count_if(conditions.begin(), conditions.end(),
                          [&](std::uint32_t k) { return depends_on_key(program_.conditions[k]); });
        sieved_[code] = static_cast<std::size_t>(count) > kFew;
    }
    if (sieved_.none()) return;
    std::random_device random;  // whoever chooses file names must not choose collisions
    seed_ = std::uint64_t{random()} << 32 | random();
    entries_ = std::make_unique<Entry[]>(kSets * kWays);
    lists_ = std::make_unique<List[]>(kLists);
    conditions_ = std::make_unique<std::uint32_t[]>(kListRoom);
}

void Sieve::find_key_terms() {
    std::vector<bool> in_key(program_.terms.size());
    for (std::uint32_t k = 0; k < program_.terms.size(); ++k) {
        const Term& term = program_.terms[k];
        const bool text = is_plain(term, FieldId::fd_name) || is_plain(term, FieldId::fd_realpath);
        const bool flag =
            is_plain(term, FieldId::evt_is_open_read) || is_plain(term, FieldId::evt_is_open_write);
        if (text) texts_.push_back(k);
        if (flag) flags_.push_back(k);
        in_key[k] = text || flag || is_plain(term, FieldId::evt_type);
    }
    for (std::uint32_t k = 0; k < program_.predicates.size(); ++k) {
        const lang::Predicate& predicate = program_.predicates[k];
        exact_[k] = in_key[predicate.left] && !predicate.right_is_term;
    }
}

bool Sieve::depends_on_key(const lang::Condition& condition) const {
    std::vector<std::uint32_t> open{condition.root};
    std::vector<bool> visited(condition.root + 1);  // children have smaller numbers
    while (!open.empty()) {
        const std::uint32_t at = open.back();
        open.pop_back();
        if (visited[at]) continue;
        visited[at] = true;
        const CondNode& node = program_.nodes[at];
        if (node.kind == CondNode::Kind::Predicate) {
            const std::uint32_t left = program_.predicates[node.predicate].left;
            if (exact_[node.predicate] &&
                std::find(texts_.begin(), texts_.end(), left) != texts_.end())
                return true;
        }
        open.insert(open.end(), node.children.begin(), node.children.end());
    }
    return false;
}

bool Sieve::make_key(eval::Frame& frame, Key& key) const noexcept {
    key.size = 0;
    const auto add = [&](const void* from, std::size_t bytes) {
        if (bytes != 0) std::memcpy(key.bytes.data() + key.size, from, bytes);
        key.size += bytes;
    };
    add(&frame.type, sizeof frame.type);
    for (const std::uint32_t term : flags_) {
        const Value value = frame.runtime->term(frame, term);
        add(&value.kind, sizeof value.kind);
        add(&value.bits, sizeof value.bits);
    }
    std::string_view last;
    for (const std::uint32_t term : texts_) {
        const Value value = frame.runtime->term(frame, term);
        if (value.present() && value.kind != Kind::Text) return false;
        const bool again = value.present() && value.text() == last;  // mostly name and real path
        const std::uint32_t size = again ? kAgain : value.present() ? value.len : kAbsent;
        const std::size_t bytes = again || !value.present() ? 0 : value.len;
        if (key.size + sizeof size + bytes > kKeyBytes) return false;
        std::memcpy(key.bytes.data() + key.size, &size, sizeof size);
        add(&size, sizeof size);
        add(value.text().data(), bytes);
        if (value.present()) last = value.text();
    }
    return true;
}

// A name that comes once must not cost more than judging its event.
bool Sieve::seen_before(std::uint64_t hash) noexcept {
    const std::size_t bit = (hash >> 32) % kSeenBits;
    if (seen_[bit]) return true;
    if (++seen_count_ > kSeenBits / 4) {
        seen_.reset();
        seen_count_ = 1;
    }
    seen_[bit] = true;
    return false;
}

std::span<const std::uint32_t> Sieve::look_up(eval::Frame& frame,
                                              std::span<const std::uint32_t> candidates) noexcept {
    Key key;
    ++stats_.misses;
    if (!make_key(frame, key)) return candidates;
    const std::uint64_t hash = eval::hash64({key.bytes.data(), key.size}, seed_);
    Entry* set = &entries_[(hash % kSets) * kWays];
    for (std::size_t way = 0; way < kWays; ++way) {
        Entry& entry = set[way];
        if (entry.hash != hash || entry.size != key.size ||
            std::memcmp(entry.key.data(), key.bytes.data(), key.size) != 0)
            continue;
        --stats_.misses;
        ++stats_.hits;
        set[1 - way].recent = false;
        entry.recent = true;
        const List& list = lists_[entry.list];
        return {&conditions_[list.first], list.count};
    }
    if (!seen_before(hash)) return candidates;
    const std::uint32_t number = sift(frame, candidates);
    if (number == kLists) return candidates;
    Entry& entry = set[0].recent ? set[1] : set[0];
    entry.hash = hash;
    entry.size = static_cast<std::uint16_t>(key.size);
    entry.list = number;
    std::memcpy(entry.key.data(), key.bytes.data(), key.size);
    return {&conditions_[lists_[number].first], lists_[number].count};
}

std::uint32_t Sieve::sift(eval::Frame& frame, std::span<const std::uint32_t> candidates) noexcept {
    if (conditions_used_ + candidates.size() > kListRoom || lists_used_ > kLists / 2) return kLists;
    std::uint32_t* begin = &conditions_[conditions_used_];
    std::uint32_t count = 0;
    for (const std::uint32_t k : candidates) {
        if (judge(frame, program_.conditions[k].root) != Tri::False) begin[count++] = k;
    }
    const std::size_t bytes = count * sizeof *begin;
    const std::uint64_t hash = eval::hash64({reinterpret_cast<const char*>(begin), bytes}, 1);
    std::uint32_t at = static_cast<std::uint32_t>(hash % kLists);
    for (; lists_[at].used; at = (at + 1) % kLists) {
        const List& known = lists_[at];
        if (known.hash == hash && known.count == count &&
            std::memcmp(&conditions_[known.first], begin, bytes) == 0)
            return at;
    }
    lists_[at] = {hash, conditions_used_, count, true};
    conditions_used_ += count;
    ++lists_used_;
    return at;
}

Sieve::Tri Sieve::judge(eval::Frame& frame, std::uint32_t index) const noexcept {
    const CondNode& node = program_.nodes[index];
    switch (node.kind) {
        case CondNode::Kind::True: return Tri::True;
        case CondNode::Kind::False: return Tri::False;
        case CondNode::Kind::Predicate:
            if (!exact_[node.predicate]) return Tri::Unknown;
            return ask(frame, node.predicate) ? Tri::True : Tri::False;
        case CondNode::Kind::Not: {
            const Tri inner = judge(frame, node.children.front());
            return inner == Tri::Unknown ? inner : (inner == Tri::True ? Tri::False : Tri::True);
        }
        default: break;
    }
    const bool conjunction = node.kind == CondNode::Kind::And;
    const Tri decides = conjunction ? Tri::False : Tri::True;
    Tri all = conjunction ? Tri::True : Tri::False;
    for (const std::uint32_t child : node.children) {
        const Tri part = judge(frame, child);
        if (part == decides) return decides;
        if (part == Tri::Unknown) all = Tri::Unknown;
    }
    return all;
}

}  // namespace sensor::engine
