// SPDX-License-Identifier: Apache-2.0
#include "engine/list_pool.hpp"

#include <algorithm>
#include <cstring>
#include <string_view>

#include "eval/hash.hpp"

namespace sensor::engine {
namespace {

constexpr std::size_t kLeastRoom = 65536, kRoomPerCondition = 64;

}  // namespace

ListPool::ListPool(std::size_t conditions)
    : room_(std::max(kLeastRoom, conditions * kRoomPerCondition)), table_(4 * kMostLists) {}

// Before `keep` there is room for everything: the lists of all event types are made then.
bool ListPool::reserve(std::size_t most) noexcept {
    if (fixed_) return used_ + most <= size_ && lists_.size() < most_lists_;
    if (used_ + most > size_) resize(2 * (used_ + most));
    return true;
}

void ListPool::resize(std::size_t entries) {
    auto larger = std::make_unique_for_overwrite<std::uint32_t[]>(entries);
    std::copy_n(entries_.get(), used_, larger.get());
    entries_ = std::move(larger);
    size_ = entries;
}

std::uint32_t ListPool::intern(std::uint32_t count) noexcept {
    const std::uint32_t* const begin = entries_.get() + used_;
    const std::size_t bytes = count * sizeof *begin;
    const std::uint64_t hash = eval::hash64({reinterpret_cast<const char*>(begin), bytes}, 1);
    std::size_t at = hash % table_.size();
    for (; table_[at] != 0; at = (at + 1) % table_.size()) {
        const List& known = lists_[table_[at] - 1];
        if (known.hash == hash && known.count == count &&
            std::equal(begin, begin + count, entries_.get() + known.first))
            return table_[at] - 1;
    }
    lists_.push_back({hash, used_, count});
    used_ += count;
    table_[at] = static_cast<std::uint32_t>(lists_.size());
    return table_[at] - 1;
}

void ListPool::enter(std::uint32_t list) noexcept {
    std::size_t at = lists_[list].hash % table_.size();
    while (table_[at] != 0) at = (at + 1) % table_.size();
    table_[at] = list + 1;
}

void ListPool::keep() {
    resize(used_ + room_);
    lists_.reserve(lists_.size() + kMostLists);
    most_lists_ = lists_.size() + kMostLists;
    kept_lists_ = static_cast<std::uint32_t>(lists_.size());
    kept_used_ = used_;
    fixed_ = true;
}

void ListPool::clear() noexcept {
    lists_.resize(kept_lists_);
    used_ = kept_used_;
    std::fill(table_.begin(), table_.end(), 0U);
    for (std::uint32_t k = 0; k < kept_lists_; ++k) enter(k);
}

}  // namespace sensor::engine
