// SPDX-License-Identifier: Apache-2.0
// Sieves: the first look at a text, before those into tables. Each says of nearly every text that
// none of the many it was made from begins it, ends it or is in it, in a few loads and without a
// branch that depends on the text. What passes may do so by chance. Built at load.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace sensor::engine {

static_assert(std::endian::native == std::endian::little, "masks take a word's first bytes as low");

/// A set of numbers as one bit each.
class BitSieve {
public:
    void add(std::uint64_t key) { keys_.push_back(key); }
    /// To be called once after the last `add`.
    void finish();
    /// False: the key is not in the set.
    bool perhaps(std::uint64_t key) const noexcept {
        const std::uint64_t place = place_of(key);
        return (words_[place / 64] >> (place % 64) & 1) != 0;
    }

private:
    std::uint64_t place_of(std::uint64_t key) const noexcept {
        return key * 0x9e3779b97f4a7c15ULL >> shift_;
    }
    std::vector<std::uint64_t> keys_, words_;
    unsigned shift_ = 0;
};

/// The eight bytes a text begins and ends with; of a shorter one all, with zeros behind or before.
struct Edges {
    explicit Edges(std::string_view text) noexcept;
    std::uint64_t first = 0, last = 0;
};

/// Beginnings, or ends, of texts.
class EdgeSieve {
public:
    enum class Side : std::uint8_t { First, Last };
    explicit EdgeSieve(Side side) : side_(side) {}

    void add(std::string_view text);
    void finish() { bits_.finish(); }
    /// False: no text is at this edge, which is the first or last of some `Edges`.
    bool perhaps(std::uint64_t edge) const noexcept {
        bool found = false;
        for (std::size_t k = 0; k < lengths_; ++k) found |= bits_.perhaps(edge & masks_[k]);
        return found;
    }

private:
    const Side side_;
    std::size_t lengths_ = 0;
    std::array<std::uint64_t, 8> masks_{};  // of the lengths that occur, 8 for all longer
    BitSieve bits_;
};

/// Parts of texts. Looks at every so manyth place only: whatever is at least as long as the
/// shortest text, and is there, covers one of them.
class InnerSieve {
public:
    void add(std::string_view text) { texts_.emplace_back(text); }
    void finish();
    /// False: none of the texts is in this one.
    bool perhaps(std::string_view text) const noexcept {
        if (text.size() < shortest_) return false;
        if (text.size() < 4) return true;
        bool found = false;
        const std::size_t last = text.size() - 4;
        std::size_t k = 0;
        for (; k <= last; k += step_) found |= bits_.perhaps(four(text, k) & mask_);
        for (; k + piece_ <= text.size(); k += step_)
            found |= bits_.perhaps(four(text, last) >> (8 * (k - last)) & mask_);
        return found;
    }

private:
    static std::uint64_t four(std::string_view text, std::size_t at) noexcept {
        std::uint32_t word = 0;
        std::memcpy(&word, text.data() + at, sizeof word);
        return word;
    }
    std::vector<std::string> texts_;                          // until `finish`
    std::size_t shortest_ = SIZE_MAX, piece_ = 4, step_ = 1;  // piece: bytes looked at in a place
    std::uint64_t mask_ = 0;
    BitSieve bits_;
};

/// Whole texts, by their edges and length.
class EqualSieve {
public:
    void add(std::string_view text) { bits_.add(key(Edges(text), text.size())); }
    void finish() { bits_.finish(); }
    bool perhaps(const Edges& edges, std::size_t size) const noexcept {
        return bits_.perhaps(key(edges, size));
    }

private:
    static std::uint64_t key(const Edges& edges, std::size_t size) noexcept {
        return (edges.first * 0xd6e8feb86659fd93ULL ^ edges.last) + size;
    }
    BitSieve bits_;
};

inline Edges::Edges(std::string_view text) noexcept {
    if (text.size() >= 8) {
        std::memcpy(&first, text.data(), 8);
        std::memcpy(&last, text.data() + text.size() - 8, 8);
    } else if (!text.empty()) {
        std::memcpy(&first, text.data(), text.size());
        last = first << (64 - 8 * text.size());
    }
}

}  // namespace sensor::engine
