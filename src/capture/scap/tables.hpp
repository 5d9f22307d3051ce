// SPDX-License-Identifier: Apache-2.0
// TableReader: the blocks before the first event, of any version, into CaptureTables. Bounded by
// memory: entries beyond it are read over and counted. Called by Reader, a block at a time.
#pragma once

#include <cstdint>

#include "capture/scap/cursor.hpp"
#include "capture/scap/stats.hpp"
#include "event/capture_tables.hpp"

namespace sensor::capture::scap {

class TableReader {
public:
    static constexpr std::size_t kMaxBytes = 256U << 20;  ///< of all entries with their texts

    TableReader(CaptureTables& tables, ScapStats& stats) : tables_(tables), stats_(stats) {}

    /// Reads the body of a block that is not a section's or an event's. What it cannot make sense
    /// of is counted; the rest of such a block stays unread.
    void read(BlockType type, Cursor& body);

private:
    bool machine(Cursor& body);
    bool processes(int version, Cursor& body);
    bool process(int version, Cursor& entry, CaptureProcess& out);
    bool process_latest(Cursor& entry, CaptureProcess& out);
    bool starts(Cursor& body);
    bool fds(int version, Cursor& body);
    bool fd(int version, Cursor& entry, CaptureFd& out);
    bool interfaces(int version, Cursor& body);
    bool interface(int version, Cursor& entry, CaptureInterface& out);
    bool users(int version, Cursor& body);
    bool user(Cursor& entry);
    bool charge(std::size_t bytes);
    bool thread_number(std::uint64_t number);

    CaptureTables& tables_;
    ScapStats& stats_;
    std::size_t used_bytes_ = 0;
};

}  // namespace sensor::capture::scap
