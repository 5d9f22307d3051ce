// SPDX-License-Identifier: Apache-2.0
// What outputs say of themselves: counts by channel and by reason. Read by the summary, the metrics
// and the internal alert about dropped alerts.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sensor::output {

/// Why a channel did not get an alert. The order is that of kDropReasons.
enum class DropReason : std::uint8_t {
    QueueFull,   ///< it lagged, and it has no spool
    SpoolFull,   ///< it lagged, and its spool is full
    SpoolError,  ///< it lagged, and the disk refused
    Damaged,     ///< its spool lost it
    AtEnd,       ///< the sensor ended before, and nothing could keep it
};
inline constexpr std::array<std::string_view, 5> kDropReasons{"queue_full", "spool_full",
                                                              "spool_error", "damaged", "at_end"};
using DropCounts = std::array<std::uint64_t, kDropReasons.size()>;

struct ChannelStats {
    std::string name;
    std::uint64_t delivered = 0;
    std::uint64_t refused = 0;  ///< for good, by the receiver
    DropCounts dropped{};       ///< by DropReason
    std::uint64_t retries = 0;  ///< calls after one that failed
    std::uint64_t waiting = 0;  ///< in the queue, not yet sent
    std::uint64_t spooled = 0;  ///< ever put on the disk
    std::uint64_t spool_waiting = 0;
    std::uint64_t spool_bytes = 0;
    bool failing = false;    ///< the last call did not deliver
    std::string last_error;  ///< empty: never any

    std::uint64_t all_dropped() const {
        std::uint64_t sum = 0;
        for (const std::uint64_t count : dropped) sum += count;
        return sum;
    }
};

struct DispatchStats {
    std::uint64_t posted = 0;
    std::uint64_t sent = 0;           ///< lines that channels took, of all channels together
    std::uint64_t failed = 0;         ///< refused by a channel
    std::uint64_t dropped = 0;        ///< lost before a channel got them, for whatever reason
    std::uint64_t dropped_inbox = 0;  ///< of these: for all channels, before they were formatted
    std::uint64_t rate_limited = 0;   ///< skipped by outputs.rate
    std::uint64_t aggregated = 0;     ///< alerts that became part of another
    std::uint64_t inbox = 0;          ///< posted, not yet formatted
    std::uint64_t queue_lines = 0, queue_bytes = 0;
    std::vector<ChannelStats> channels;
};

}  // namespace sensor::output
