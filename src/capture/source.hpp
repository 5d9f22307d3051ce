// SPDX-License-Identifier: Apache-2.0
// Source: where records come from. Live: capture/kernel.hpp; from a capture file:
// capture/scap/scap_source.hpp.
#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <numeric>
#include <span>
#include <string>
#include <vector>

#include "../../bpf/wire.h"
#include "base/result.hpp"

namespace sensor::capture {

/// Receives one record; the bytes are borrowed until it returns.
using RecordFn = std::function<void(std::span<const std::byte>)>;

struct LossCount {
    rec_lane lane;
    std::uint32_t cpu;
    rec_loss reason;
    std::uint64_t count;
};

/// Losses by reason.
using Losses = std::array<std::uint64_t, REC_LOSS_COUNT>;
/// Events that never came; one that came without a parameter is not lost.
inline std::uint64_t events_lost(const Losses& losses) noexcept {
    return std::accumulate(losses.begin(), losses.end(), std::uint64_t{0}) -
           losses[REC_LOSS_read_fault];
}

struct SourceStats {
    std::uint64_t delivered = 0;  ///< records given to the caller
    std::uint64_t attempted = 0;  ///< records the probe wanted to emit
    Losses lost{};
    std::uint64_t gaps = 0;  ///< holes seen in the sequences
};

class Source {
public:
    virtual ~Source() = default;
    /// Hands over what there is, oldest first, and returns how many; waits up to `timeout_ms` when
    /// there is nothing. fails: only when the source is broken for good.
    virtual Result<std::size_t> poll(const RecordFn& on_record, int timeout_ms) = 0;
    /// No more records will come: a capture was read to its end.
    virtual bool ended() const { return false; }
    virtual SourceStats stats() const = 0;
};

}  // namespace sensor::capture
