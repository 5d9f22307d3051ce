// SPDX-License-Identifier: Apache-2.0
// Memo: numbers of lists that were worked out before, by what they were worked out from. It forgets
// what others push out, but not because two things that come all the time share a place.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "engine/list_pool.hpp"

namespace sensor::engine {

template <typename Key, std::size_t kPlaces>
class Memo {
public:
    Memo() : places_(std::make_unique<Place[]>(kPlaces)) {}

    /// out: ListPool::kNone: not known
    std::uint32_t find(std::uint64_t hash, const Key& key) const noexcept {
        const Place& place = places_[hash % kPlaces];
        if (place.newer.key == key) return place.newer.list;
        return place.older.key == key ? place.older.list : ListPool::kNone;
    }
    void put(std::uint64_t hash, const Key& key, std::uint32_t list) noexcept {
        Place& place = places_[hash % kPlaces];
        place.older = place.newer;
        place.newer = {key, list};
    }
    void clear() noexcept { std::fill_n(places_.get(), kPlaces, Place{}); }

private:
    struct Entry {
        Key key;
        std::uint32_t list = ListPool::kNone;
    };
    struct Place {
        Entry newer, older;
    };
    std::unique_ptr<Place[]> places_;
};

}  // namespace sensor::engine
