// SPDX-License-Identifier: Apache-2.0
// AnswerCache: remembers, for texts that come again, the number of the list of predicates whose
// answer is not the usual one. Most events are about the same few thousand files.
#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "engine/list_pool.hpp"

namespace sensor::engine {

class AnswerCache {
public:
    AnswerCache();

    /// A text to look up: which term it is the value of, and its hash.
    struct Key {
        std::uint32_t term;
        std::string_view text;
        std::uint64_t hash;
    };
    Key key(std::uint32_t term, std::string_view text) const noexcept;

    /// out: ListPool::kNone: not known
    std::uint32_t find(const Key& key) const noexcept;
    /// Keeps an answer, if the text was seen before: a storm of new names leaves the others alone.
    /// cost: a few stores; now and then everything is forgotten to make room
    void keep(const Key& key, std::uint32_t list) noexcept;
    void clear() noexcept;

private:
    static constexpr std::size_t kWays = 4, kSets = 4096;
    static constexpr std::size_t kLines = 16384;  // for entries
    static constexpr std::size_t kTextBytes = 240;
    static constexpr std::size_t kSeenBits = 65536;
    struct alignas(64) Line {
        std::array<std::byte, 64> bytes;
    };
    /// The text follows it. Entries stand one behind the other in the order they came, so that the
    /// names in use are on few cache lines and few pages: a look-up costs what it has to fetch.
    struct Entry {
        std::uint32_t term, size, list;
        char* text() noexcept { return reinterpret_cast<char*>(this + 1); }
        std::string_view view() const noexcept {
            return {reinterpret_cast<const char*>(this + 1), size};
        }
    };
    struct alignas(32) Set {
        std::array<std::uint32_t, kWays> tags;   // of the hash; 0: free
        std::array<std::uint32_t, kWays> lines;  // where the entry is
    };
    Entry* entry_at(std::uint32_t line) const noexcept {
        return reinterpret_cast<Entry*>(lines_[line].bytes.data());
    }
    bool seen_before(std::uint64_t hash) noexcept;

    std::uint64_t seed_ = 0;
    std::unique_ptr<Set[]> sets_;
    std::unique_ptr<Line[]> lines_;
    std::uint32_t lines_used_ = 0;
    std::bitset<kSeenBits> seen_;
    std::size_t seen_count_ = 0;
};

}  // namespace sensor::engine
