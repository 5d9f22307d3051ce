// SPDX-License-Identifier: Apache-2.0
// ScapStats: what happened to the blocks and events of a capture, by reason. The peer ends at most
// of these; here they are counted and the rest is read.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace sensor::capture {

struct ScapStats {
    std::uint64_t blocks = 0;          ///< of all kinds
    std::uint64_t events = 0;          ///< event blocks
    std::uint64_t delivered = 0;       ///< records given out
    std::uint64_t sections = 0;        ///< files that were appended to each other
    std::uint64_t enters_stored = 0;   ///< enter events merged into (or waiting for) exit events
    std::uint64_t former_dropped = 0;  ///< enter events without arguments, numbers without event
    std::uint64_t counted_only = 0;    ///< numbered as the peer does, but today's scheme has none
    std::uint64_t converted = 0;       ///< events of older layouts brought up to date

    // Read on, but not as it should be.
    std::uint64_t unknown_blocks = 0;         ///< of unknown type, or out of place
    std::uint64_t oversized_blocks = 0;       ///< larger than any event can be
    std::uint64_t wrong_trailers = 0;         ///< events whose block ends with another length
    std::uint64_t unknown_events = 0;         ///< codes newer than this program
    std::uint64_t malformed_events = 0;       ///< parameters that do not fit their event
    std::uint64_t surplus_params = 0;         ///< events with parameters newer than this program
    std::uint64_t odd_params = 0;             ///< numbers of another width than their type
    std::uint64_t no_rule = 0;                ///< old layouts of an unknown parameter count
    std::uint64_t mismatched_enters = 0;      ///< enter events of another call than the exit
    std::uint64_t enters_evicted = 0;         ///< enter events forgotten: too many threads
    std::uint64_t damaged_tables = 0;         ///< lists before the events, read up to their damage
    std::uint64_t table_entries_dropped = 0;  ///< beyond the memory for lists, or senseless

    /// Those of the second half that are not zero, with a text for people.
    std::vector<std::pair<std::string_view, std::uint64_t>> problems() const;
};

}  // namespace sensor::capture
