// SPDX-License-Identifier: Apache-2.0
#include "engine/text_sieve.hpp"

#include <algorithm>

namespace sensor::engine {
namespace {

// So sparse that of the twenty places looked at in a name few are set by chance; so small that what
// is looked at stays in the nearest cache.
constexpr std::uint64_t kBitsPerKey = 128, kLeastBits = 1U << 13, kMostBits = 1U << 18;

std::uint64_t mask_of(std::size_t bytes) noexcept {
    return bytes == 0 ? 0 : ~std::uint64_t{0} >> (64 - 8 * bytes);
}

}  // namespace

void BitSieve::finish() {
    std::sort(keys_.begin(), keys_.end());
    keys_.erase(std::unique(keys_.begin(), keys_.end()), keys_.end());
    const std::uint64_t wanted =
        keys_.empty() ? 64 : std::clamp(keys_.size() * kBitsPerKey, kLeastBits, kMostBits);
    const std::uint64_t bits = std::bit_ceil(wanted);
    shift_ = 64U - static_cast<unsigned>(std::bit_width(bits - 1));
    words_.assign(bits / 64, 0);
    for (const std::uint64_t key : keys_) {
        const std::uint64_t place = place_of(key);
        words_[place / 64] |= std::uint64_t{1} << (place % 64);
    }
    keys_ = {};
}

void EdgeSieve::add(std::string_view text) {
    const std::size_t bytes = std::min<std::size_t>(text.size(), 8);
    const Edges edges(text);
    const std::uint64_t mask =
        side_ == Side::First ? mask_of(bytes) : ~(bytes == 8 ? 0 : mask_of(8 - bytes));
    const auto end = masks_.begin() + static_cast<std::ptrdiff_t>(lengths_);
    if (std::find(masks_.begin(), end, mask) == end) masks_[lengths_++] = mask;
    bits_.add((side_ == Side::First ? edges.first : edges.last) & mask);
}

// Of a text as many places in a row as are left out between two looks: one of them is looked at,
// wherever the text stands. The last ones, for names differ in their ends.
void InnerSieve::finish() {
    for (const std::string& text : texts_) shortest_ = std::min(shortest_, text.size());
    piece_ = std::min<std::size_t>(shortest_, 4);
    step_ = texts_.empty() ? 1 : shortest_ - piece_ + 1;
    mask_ = mask_of(piece_);
    for (const std::string& text : texts_) {
        for (std::size_t k = 0; k < step_; ++k) {
            std::uint64_t key = 0;
            std::memcpy(&key, text.data() + text.size() - piece_ - k, piece_);
            bits_.add(key);
        }
    }
    bits_.finish();
    texts_ = {};
}

}  // namespace sensor::engine
