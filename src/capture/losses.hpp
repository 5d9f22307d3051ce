// SPDX-License-Identifier: Apache-2.0
// Losses: events that were lost, by class and reason (grammar/loss_class.def, loss.def).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "../../bpf/wire.h"

namespace sensor::capture {

struct Losses {
    std::array<std::array<std::uint64_t, REC_LOSS_COUNT>, REC_CLASS_COUNT> counts{};

    std::uint64_t& of(rec_class loss_class, rec_loss reason) noexcept {
        return counts[loss_class][reason];
    }
    std::uint64_t of(rec_loss reason) const noexcept {
        std::uint64_t sum = 0;
        for (const auto& by_reason : counts) sum += by_reason[reason];
        return sum;
    }
    /// Events of a class that never came; one that came without a parameter is not lost.
    std::uint64_t events(rec_class loss_class) const noexcept {
        std::uint64_t sum = 0;
        for (std::size_t reason = 0; reason < REC_LOSS_COUNT; ++reason) {
            if (reason != REC_LOSS_read_fault) sum += counts[loss_class][reason];
        }
        return sum;
    }
    std::uint64_t events() const noexcept {
        std::uint64_t sum = 0;
        for (unsigned k = 0; k < REC_CLASS_COUNT; ++k) sum += events(static_cast<rec_class>(k));
        return sum;
    }
    Losses& operator+=(const Losses& more) noexcept {
        return add(more, [](std::uint64_t a, std::uint64_t b) { return a + b; });
    }
    Losses& operator-=(const Losses& before) noexcept {
        return add(before, [](std::uint64_t a, std::uint64_t b) { return a - b; });
    }

private:
    template <typename Op>
    Losses& add(const Losses& other, Op op) noexcept {
        for (std::size_t k = 0; k < counts.size(); ++k) {
            for (std::size_t reason = 0; reason < REC_LOSS_COUNT; ++reason)
                counts[k][reason] = op(counts[k][reason], other.counts[k][reason]);
        }
        return *this;
    }
};

}  // namespace sensor::capture
