// SPDX-License-Identifier: Apache-2.0
// Writer: records in, a capture file out, which sysdig, the peer and our own reader understand. The
// lists of processes, descriptors, users and interfaces come first, then one block an event.
//
// Old readers take the arguments of a call from its enter event, which the probe no longer makes:
// one is written before each exit event that has them (the inverse of grammar/converter.def). What
// the scheme has no place for, such as the kernel's own path of a file, goes before its event as an
// asyncevent named "sensor.truth", which other programs read over (truth.hpp).
//
// Bytes go to the disk in a thread of their own. A failing or slow disk costs events of the file,
// counted, and never time of the caller, unless it asks to wait.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "capture/scap/writer_file.hpp"
#include "event/capture_tables.hpp"
#include "event/event.hpp"

namespace sensor::capture::scap {

struct WriterOptions {
    bool pairs = true;     ///< enter events for old readers
    bool truth = true;     ///< what only our reader understands
    bool patient = false;  ///< wait for a slow disk instead of leaving events out
};

struct WriterStats {
    std::uint64_t events = 0;     ///< written, without those the writer adds
    std::uint64_t too_large = 0;  ///< for a block
    std::uint64_t no_room = 0;    ///< left out: the disk was too slow
    std::uint64_t failed = 0;     ///< left out after the disk refused
    std::uint64_t bytes = 0;      ///< of the file so far, written or on the way
};

class Writer {
public:
    /// Creates the file, readable by its owner only.
    /// in:    exclusive: it must not exist, not even as a link
    /// fails: it cannot be created
    static Result<std::unique_ptr<Writer>> create(const std::string& path,
                                                  const WriterOptions& options,
                                                  bool exclusive = false);
    ~Writer();

    /// The lists, before the first event. cost: linear in the tables
    void begin(const CaptureTables& tables) noexcept;
    /// One event. state_only: readers are to update their state and not show it.
    /// out:   false: it was left out, and counted
    /// cost:  a copy of its parameters, no allocation
    bool write(const Event& event, bool state_only = false) noexcept;
    /// Gives what was buffered for a second to the disk. To be called now and then.
    void flush(std::uint64_t now_ns) noexcept;
    /// Writes what is left. fails: what the disk said, now or before
    Result<> close();

    const WriterStats& stats() const noexcept { return stats_; }
    /// What the disk said, empty: nothing wrong so far.
    std::string problem() const { return file_.problem(); }

private:
    Writer(WriterFile file, const WriterOptions& options)
        : file_(std::move(file)), options_(options) {}

    void add_enter(const Event& event);
    void add_truth(const Event& event);
    void add_event(const Event& event, bool state_only);

    WriterFile file_;
    const WriterOptions options_;
    WriterStats stats_;
    std::uint64_t flushed_ns_ = 0;
    std::string blocks_, truth_;  // of the event at hand
};

/// The blocks of a section's head and lists, as a file begins with them.
/// for_old: readers of 2022 shall not refuse them
std::string encode_tables(const CaptureTables& tables, bool for_old);

}  // namespace sensor::capture::scap
