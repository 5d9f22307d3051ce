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
    static constexpr std::size_t kKeyBytes = 112;  // an entry is two cache lines
    static constexpr std::size_t kSets = 8192, kWays = 2;
    static constexpr std::size_t kLists = 4096, kListRoom = 65536;
    static constexpr std::size_t kSeenBits = 65536;
    struct Key {
        std::array<char, kKeyBytes> bytes;
        std::size_t size = 0;
    };
    struct Entry {
        std::uint64_t hash = 0;
        std::uint16_t size = 0;  ///< of the key; 0: free
        bool recent = false;
        std::uint32_t list = 0;
        std::array<char, kKeyBytes> key;
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
    bool seen_before(std::uint64_t hash) noexcept;
    /// Number of the list of conditions that may hold; kLists: no room for another list.
    std::uint32_t sift(eval::Frame& frame, std::span<const std::uint32_t> candidates) noexcept;
    Tri judge(eval::Frame& frame, std::uint32_t node) const noexcept;

    const lang::Program& program_;
    std::vector<std::uint32_t> texts_, flags_;  // terms that make the key
    std::vector<bool> exact_;                   // predicates that the key decides
    std::bitset<REC_MAX_EVENTS> sieved_;
    std::uint64_t seed_ = 0;
    std::unique_ptr<Entry[]> entries_;
    std::unique_ptr<List[]> lists_;
    std::unique_ptr<std::uint32_t[]> conditions_;  // of the lists
    std::uint32_t conditions_used_ = 0, lists_used_ = 0;
    std::bitset<kSeenBits> seen_;
    std::size_t seen_count_ = 0;
    SieveStats stats_;
};

}  // namespace sensor::engine
