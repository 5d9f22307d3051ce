// SPDX-License-Identifier: Apache-2.0
// Merge: records of several rings in one order of time, without copying them. KernelSource feeds it
// a horizon; what is younger waits, in its ring, for the next call.
#pragma once

#include <vector>

#include "capture/ring.hpp"
#include "capture/source.hpp"

namespace sensor::capture {

/// A record gets its time just before it enters its ring; whoever is slower than this (preempted in
/// between) is delivered late. Younger records wait.
inline constexpr std::uint64_t kSlackNs = 1'000'000;

class Merge {
public:
    explicit Merge(std::vector<Ring> rings) : rings_(std::move(rings)) {}

    /// Looks at what the rings hold, bounded so that their room is given back in steps.
    /// out: true if a record is reserved in some ring but not yet written
    bool collect();
    /// Hands over what was collected and is not younger than `horizon_ns`, oldest first.
    /// on_record: must not throw
    /// on_hole:   told before a record whose sequence number leaves some out
    using HoleFn = std::function<void(const rec_head& next)>;
    std::size_t deliver(std::uint64_t horizon_ns, const RecordFn& on_record,
                        const HoleFn& on_hole = {});

    bool pending() const noexcept { return !pending_.empty(); }
    std::uint64_t delivered() const noexcept { return delivered_; }
    std::uint64_t malformed() const noexcept { return malformed_; }
    std::uint64_t gaps() const noexcept { return gaps_; }

private:
    struct Pending {
        std::uint64_t ts;
        std::uint64_t position;  ///< in its ring
        std::span<const std::byte> record;
        std::uint32_t ring;
    };

    static constexpr std::uint64_t kNothing = ~std::uint64_t{0};

    bool collect_ring(std::uint32_t idx);
    bool follow_sequence(const rec_head& head);
    void give_back();

    std::vector<Ring> rings_;
    std::vector<Pending> pending_;
    std::vector<std::uint64_t> expected_;    ///< next sequence number by CPU and lane
    std::uint64_t unread_since_ = kNothing;  ///< a ring holds records from about then on
    std::uint64_t delivered_ = 0;
    std::uint64_t malformed_ = 0;
    std::uint64_t gaps_ = 0;
};

}  // namespace sensor::capture
