// SPDX-License-Identifier: Apache-2.0
#include "engine/answer_cache.hpp"

#include <algorithm>
#include <new>
#include <random>

#include "eval/hash.hpp"

namespace sensor::engine {
namespace {

std::uint32_t tag_of(std::uint64_t hash) noexcept {
    return static_cast<std::uint32_t>(hash >> 32) | 1;  // 0 is no tag
}

}  // namespace

AnswerCache::AnswerCache()
    : sets_(std::make_unique<Set[]>(kSets)),
      lines_(std::make_unique_for_overwrite<Line[]>(kLines)) {
    std::random_device random;  // whoever chooses file names must not choose collisions
    seed_ = std::uint64_t{random()} << 32 | random();
}

AnswerCache::Key AnswerCache::key(std::uint32_t term, std::string_view text) const noexcept {
    return {term, text, eval::text_hash(text, seed_ + term)};
}

std::uint32_t AnswerCache::find(const Key& key) const noexcept {
    const Set& set = sets_[key.hash % kSets];
    for (std::size_t way = 0; way < kWays; ++way) {
        if (set.tags[way] != tag_of(key.hash)) continue;
        const Entry& entry = *entry_at(set.lines[way]);
        if (entry.term == key.term && entry.view() == key.text) return entry.list;
    }
    return ListPool::kNone;
}

bool AnswerCache::seen_before(std::uint64_t hash) noexcept {
    const std::size_t bit = (hash >> 32) % kSeenBits;
    if (seen_[bit]) return true;
    if (++seen_count_ > kSeenBits / 4) {
        seen_.reset();
        seen_count_ = 1;
    }
    seen_[bit] = true;
    return false;
}

// The oldest of the set goes; when there is no room for texts, all do, and those in use come back.
void AnswerCache::keep(const Key& key, std::uint32_t list) noexcept {
    if (key.text.size() > kTextBytes || !seen_before(key.hash)) return;
    const std::size_t bytes = sizeof(Entry) + key.text.size();
    const auto lines = static_cast<std::uint32_t>((bytes + sizeof(Line) - 1) / sizeof(Line));
    if (lines_used_ + lines > kLines) clear();
    Set& set = sets_[key.hash % kSets];
    std::shift_right(set.tags.begin(), set.tags.end(), 1);
    std::shift_right(set.lines.begin(), set.lines.end(), 1);
    set.tags[0] = tag_of(key.hash);
    set.lines[0] = lines_used_;
    const auto size = static_cast<std::uint32_t>(key.text.size());
    auto* const entry = new (entry_at(lines_used_)) Entry{key.term, size, list};
    std::copy(key.text.begin(), key.text.end(), entry->text());
    lines_used_ += lines;
}

void AnswerCache::clear() noexcept {
    std::fill_n(sets_.get(), kSets, Set{});
    lines_used_ = 0;
}

}  // namespace sensor::engine
