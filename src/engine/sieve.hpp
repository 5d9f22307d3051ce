// SPDX-License-Identifier: Apache-2.0
// Sieve: remembers, for names that come again, which conditions they leave possible. Most events
// are about the same few thousand files, and no rule can hold for nearly all of them: then a
// look-up takes the place of all rules. Sound by construction: a condition is left out only if it
// is false whatever everything but the key is (Kleene logic), and the key holds the whole text.
// Called by the engine before it runs the conditions of an event.
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "engine/dispatch.hpp"
#include "eval/runtime.hpp"
#include "lang/program.hpp"

namespace sensor::engine {

struct SieveStats {
    std::uint64_t hits = 0;    ///< events whose conditions were known
    std::uint64_t misses = 0;  ///< judged in full: seen once, too long, or no room
};

class Sieve {
public:
    Sieve(const lang::Program& program, const Dispatch& dispatch);

    /// Those of an event's conditions that may hold, in the same order.
    /// in:   what dispatch gives for the frame's event
    /// cost: a hash and a comparison of the names; the second time a name is seen, its conditions
    ///       are judged in full; no allocation
    std::span<const std::uint32_t> narrow(eval::Frame& frame,
                                          std::span<const std::uint32_t> candidates) noexcept {
        if (!sieved_[frame.type]) return candidates;
        return look_up(frame, candidates);
    }
    const SieveStats& stats() const noexcept { return stats_; }

private:
    static constexpr std::size_t kWays = 4, kSets = 4096;
    static constexpr std::size_t kLines = 16384;  // for entries
    static constexpr std::size_t kTextBytes = 240;
    static constexpr std::size_t kMostTexts = 2;  // fd.name and fd.realpath
    static constexpr std::size_t kLists = 4096, kListRoom = 65536;
    static constexpr std::size_t kSeenBits = 65536;
    /// What an event is looked up by, borrowed: its type, flags and lengths as one number, and the
    /// texts. A text that is the same as the one before is only a length.
    struct Key {
        std::uint64_t facts = 0, hash = 0;
        std::size_t texts = 0;
        std::array<std::string_view, kMostTexts> text;
    };
    struct alignas(64) Line {
        std::array<std::byte, 64> bytes;
    };
    /// The texts follow it. Entries stand one behind the other in the order they came, so that the
    /// names in use are on few cache lines and few pages: a look-up costs what it has to fetch.
    struct Entry {
        std::uint64_t facts;
        std::uint32_t first, count;  // conditions_
        char* text() noexcept { return reinterpret_cast<char*>(this + 1); }
        const char* text() const noexcept { return reinterpret_cast<const char*>(this + 1); }
    };
    struct alignas(32) Set {
        std::array<std::uint32_t, kWays> tags;   // of the hash; 0: free
        std::array<std::uint32_t, kWays> lines;  // where the entry is
    };
    struct List {
        std::uint64_t hash = 0;
        std::uint32_t first = 0, count = 0;
        bool used = false;
    };
    enum class Tri : std::uint8_t { False, True, Unknown };

    void find_key_terms();
    bool depends_on_key(const lang::Condition& condition) const;
    std::span<const std::uint32_t> look_up(eval::Frame& frame,
                                           std::span<const std::uint32_t> candidates) noexcept;
    bool make_key(eval::Frame& frame, Key& key) const noexcept;
    static bool is_of(const Entry& entry, const Key& key) noexcept;
    Entry* entry_at(std::uint32_t line) const noexcept {
        return reinterpret_cast<Entry*>(lines_[line].bytes.data());
    }
    bool seen_before(std::uint64_t hash) noexcept;
    void remember(Set& set, const Key& key, const List& list) noexcept;
    /// The list of conditions that may hold; nullptr: no room for another list.
    const List* sift(eval::Frame& frame, std::span<const std::uint32_t> candidates) noexcept;
    Tri judge(eval::Frame& frame, std::uint32_t node) const noexcept;

    const lang::Program& program_;
    std::vector<std::uint32_t> texts_, flags_;  // terms that make the key
    std::vector<bool> exact_;                   // predicates that the key decides
    std::bitset<REC_MAX_EVENTS> sieved_;
    std::uint64_t seed_ = 0;
    std::unique_ptr<Set[]> sets_;
    std::unique_ptr<Line[]> lines_;
    std::uint32_t lines_used_ = 0;
    std::unique_ptr<List[]> lists_;                // a hash table: many names leave the same
    std::unique_ptr<std::uint32_t[]> conditions_;  // of the lists
    std::uint32_t conditions_used_ = 0, lists_used_ = 0;
    std::bitset<kSeenBits> seen_;
    std::size_t seen_count_ = 0;
    SieveStats stats_;
};

}  // namespace sensor::engine
