// SPDX-License-Identifier: Apache-2.0
#include "engine/sieve.hpp"

#include <algorithm>
#include <cstring>
#include <new>
#include <random>

#include "base/check.hpp"
#include "eval/hash.hpp"

namespace sensor::engine {
namespace {

using lang::CondNode;
using lang::Term;

constexpr std::uint64_t kAbsent = 0xffff, kAgain = 0xfffe;  // lengths no text has
constexpr std::size_t kFew = 3;  // so few conditions are judged as fast as looked up

bool is_plain(const Term& term, FieldId id) {
    return term.kind == Term::Kind::Field && term.field.id == id &&
           term.field.arg.kind == FieldArg::Kind::None;
}

std::uint32_t tag_of(std::uint64_t hash) noexcept {
    return static_cast<std::uint32_t>(hash >> 32) | 1;  // 0 is no tag
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
    sets_ = std::make_unique<Set[]>(kSets);
    lines_ = std::make_unique_for_overwrite<Line[]>(kLines);
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
    SENSOR_CHECK(texts_.size() <= kMostTexts);  // terms are unique
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
    key.facts = frame.type;
    for (const std::uint32_t term : flags_) {
        const Value value = frame.runtime->term(frame, term);
        key.facts = key.facts << 2 | (value.present() ? 1U : 0U) | (value.bits != 0 ? 2U : 0U);
    }
    std::string_view last;
    std::size_t bytes = 0;
    key.hash = seed_;
    for (const std::uint32_t term : texts_) {
        const Value value = frame.runtime->term(frame, term);
        std::uint64_t size = kAbsent;
        if (value.present()) {
            if (value.kind != Kind::Text) return false;
            const std::string_view text = value.text();
            if (text.size() > kTextBytes - bytes) return false;
            size = text.size();
            if (key.texts != 0 && text == last) {  // mostly name and real path are the same
                size = kAgain;
            } else {
                last = key.text[key.texts++] = text;
                bytes += size;
                key.hash = eval::text_hash(text, key.hash);
            }
        }
        key.facts = key.facts << 16 | size;
    }
    key.hash = eval::fold64(key.hash ^ key.facts, seed_ | 1);
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

bool Sieve::is_of(const Entry& entry, const Key& key) noexcept {
    if (entry.facts != key.facts) return false;
    const char* at = entry.text();
    for (std::size_t k = 0; k < key.texts; at += key.text[k++].size()) {
        if (std::string_view(at, key.text[k].size()) != key.text[k]) return false;
    }
    return true;
}

std::span<const std::uint32_t> Sieve::look_up(eval::Frame& frame,
                                              std::span<const std::uint32_t> candidates) noexcept {
    Key key;
    ++stats_.misses;
    if (!make_key(frame, key)) return candidates;
    Set& set = sets_[key.hash % kSets];
    for (std::size_t way = 0; way < kWays; ++way) {
        if (set.tags[way] != tag_of(key.hash)) continue;
        const Entry& entry = *entry_at(set.lines[way]);
        if (!is_of(entry, key)) continue;
        --stats_.misses;
        ++stats_.hits;
        return {&conditions_[entry.first], entry.count};
    }
    if (!seen_before(key.hash)) return candidates;
    const List* const list = sift(frame, candidates);
    if (list == nullptr) return candidates;
    remember(set, key, *list);
    return {&conditions_[list->first], list->count};
}

// The oldest of the set goes; when there is no room for texts, all do, and those in use come back.
void Sieve::remember(Set& set, const Key& key, const List& list) noexcept {
    std::size_t bytes = sizeof(Entry);
    for (std::size_t k = 0; k < key.texts; ++k) bytes += key.text[k].size();
    const auto lines = static_cast<std::uint32_t>((bytes + sizeof(Line) - 1) / sizeof(Line));
    if (lines_used_ + lines > kLines) {
        std::fill_n(sets_.get(), kSets, Set{});
        lines_used_ = 0;
    }
    std::shift_right(set.tags.begin(), set.tags.end(), 1);
    std::shift_right(set.lines.begin(), set.lines.end(), 1);
    set.tags[0] = tag_of(key.hash);
    set.lines[0] = lines_used_;
    auto* const entry = new (entry_at(lines_used_)) Entry{key.facts, list.first, list.count};
    lines_used_ += lines;
    char* at = entry->text();
    for (std::size_t k = 0; k < key.texts; ++k)
        at = std::copy(key.text[k].begin(), key.text[k].end(), at);
}

const Sieve::List* Sieve::sift(eval::Frame& frame,
                               std::span<const std::uint32_t> candidates) noexcept {
    if (conditions_used_ + candidates.size() > kListRoom || lists_used_ > kLists / 2)
        return nullptr;
    std::uint32_t* begin = &conditions_[conditions_used_];
    std::uint32_t count = 0;
    for (const std::uint32_t k : candidates) {
        if (judge(frame, program_.conditions[k].root) != Tri::False) begin[count++] = k;
    }
    const std::size_t bytes = count * sizeof *begin;
    const std::uint64_t hash = eval::hash64({reinterpret_cast<const char*>(begin), bytes}, 1);
    auto at = static_cast<std::uint32_t>(hash % kLists);
    for (; lists_[at].used; at = (at + 1) % kLists) {
        const List& known = lists_[at];
        if (known.hash == hash && known.count == count &&
            std::memcmp(&conditions_[known.first], begin, bytes) == 0)
            return &known;
    }
    lists_[at] = {hash, conditions_used_, count, true};
    conditions_used_ += count;
    ++lists_used_;
    return &lists_[at];
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
