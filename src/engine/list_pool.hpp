// SPDX-License-Identifier: Apache-2.0
// ListPool: lists of conditions, each stored once and known by a number. What the engine remembers
// of events (by type, name, process) is such numbers: many events leave the same conditions.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace sensor::engine {

class ListPool {
public:
    static constexpr std::uint32_t kNone = 0xffffffffU;
    static constexpr std::size_t kMostLists = 4096;  ///< beside those kept
    static constexpr std::size_t kFew = 3;  ///< so few conditions are judged as fast as looked up

    /// conditions: of the program; room for lists grows with it
    explicit ListPool(std::size_t conditions);

    std::span<const std::uint32_t> at(std::uint32_t list) const noexcept {
        return {entries_.get() + lists_[list].first, lists_[list].count};
    }
    std::size_t count(std::uint32_t list) const noexcept { return lists_[list].count; }
    /// True if there is little to gain by making a list shorter; also for kNone.
    bool is_short(std::uint32_t list) const noexcept {
        return list == kNone || lists_[list].count <= kFew;
    }

    /// The number of a list; kNone: there is no room for another one.
    /// cost: a hash and a comparison of the list; allocates only while `keep` has not been called
    std::uint32_t add(std::span<const std::uint32_t> list) noexcept {
        return add_if(list, [](std::uint32_t) { return true; });
    }
    /// The same of those entries for which `wanted` is true.
    template <typename Wanted>
    std::uint32_t add_if(std::span<const std::uint32_t> list, Wanted&& wanted) noexcept {
        if (!reserve(list.size())) return kNone;
        std::uint32_t* const begin = entries_.get() + used_;
        std::uint32_t count = 0;
        for (const std::uint32_t k : list) {
            if (wanted(k)) begin[count++] = k;
        }
        return intern(count);
    }

    /// What is there now stays for good.
    void keep();
    /// Lets go of all others: their numbers are void.
    void clear() noexcept;

private:
    struct List {
        std::uint64_t hash = 0;
        std::uint32_t first = 0, count = 0;
    };
    bool reserve(std::size_t most) noexcept;
    std::uint32_t intern(std::uint32_t count) noexcept;
    void enter(std::uint32_t list) noexcept;
    void resize(std::size_t entries);

    std::size_t room_, most_lists_ = 0;
    // Not initialised: what is not used is no memory either.
    std::unique_ptr<std::uint32_t[]> entries_;
    std::size_t size_ = 0;  // of entries_
    std::vector<List> lists_;
    std::vector<std::uint32_t> table_;  // by hash: number of a list + 1
    std::uint32_t used_ = 0, kept_lists_ = 0, kept_used_ = 0;
    bool fixed_ = false;
};

}  // namespace sensor::engine
