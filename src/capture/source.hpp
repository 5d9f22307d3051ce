// SPDX-License-Identifier: Apache-2.0
// Source: where records come from. Live: capture/kernel.hpp; from a capture file:
// capture/scap/scap_source.hpp.
#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "capture/losses.hpp"
#include "event/schema.hpp"

namespace sensor::capture {

/// Receives one record; the bytes are borrowed until it returns.
using RecordFn = std::function<void(std::span<const std::byte>)>;

/// A control group that caused more events than its budget allows.
struct CgroupExcess {
    std::uint64_t cgroup;  ///< as in rec_head
    std::uint64_t events;  ///< dropped for it since the start
};

struct SourceStats {
    std::uint64_t delivered = 0;  ///< records given to the caller
    std::uint64_t attempted = 0;  ///< records the probe wanted to emit
    Losses lost;
    std::uint64_t gaps = 0;     ///< holes seen in the sequences
    std::uint64_t skipped = 0;  ///< times the kernel left out a program: more than were events lost
    std::uint64_t unwanted = 0;  ///< events dropped in the kernel since no rule wants them
};

/// Events of one type that no rule wanted.
struct Unwanted {
    EventType event{};
    std::uint64_t by_interest = 0;  ///< unread: nothing its process does is wanted
    std::uint64_t by_filter = 0;
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
    /// By event, those that were dropped at all. cost: reads some KB a processor
    virtual std::vector<Unwanted> unwanted() const { return {}; }
    /// Control groups that were ever over their budget. cost: a map of the kernel is read
    virtual std::vector<CgroupExcess> over_budget() const { return {}; }
};

}  // namespace sensor::capture
