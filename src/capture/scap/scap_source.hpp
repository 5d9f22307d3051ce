// SPDX-License-Identifier: Apache-2.0
// ScapSource: a capture file as a source of records, as the kernel is one: any version, plain or
// packed, a file, a pipe or standard input. Needs no privileges. Called by app.
//
//   auto source = ScapSource::open("file.scap");
//   state.load((*source)->tables());
//   while (!(*source)->ended()) (*source)->poll(on_record, timeout_ms);
//
// Records lack what a capture does not know: see record_builder.hpp. In particular head.tgid is 0,
// which means: ask the thread table by head.tid; and the thread table must have been filled from
// tables() and from the clone, exec and exit events.
#pragma once

#include <memory>
#include <string>

#include "capture/scap/reader.hpp"
#include "capture/source.hpp"

namespace sensor::capture {

class ScapSource final : public Source {
public:
    /// Reads up to the first event. path: of the file, "-" for standard input
    /// fails: Error with the reason: not there, not a capture, of a newer format, no events
    static Result<std::unique_ptr<ScapSource>> open(const std::string& path);
    /// The same of any bytes; name: for messages.
    static Result<std::unique_ptr<ScapSource>> read(std::unique_ptr<scap::ByteStream> bytes,
                                                    std::string name);

    /// Hands over the next events, some hundred at most, oldest first as the file has them. 0 with
    /// ended() false: nothing came in time, or an appended file begins (section() changed).
    /// fails: damage, with its place; all events before it were given. Stays failed.
    /// cost:  about 30 ns an event of today's scheme, no allocation
    Result<std::size_t> poll(const RecordFn& on_record, int timeout_ms) override;
    bool ended() const override { return ended_; }
    SourceStats stats() const override;

    /// What the file says about its machine; valid until section() changes.
    const CaptureTables& tables() const { return reader_.tables(); }
    /// Moves them out, when they were consumed: they may be large.
    CaptureTables take_tables() { return reader_.take_tables(); }
    /// 1, 2, ...: files appended to each other. When a poll has changed it, nothing that was known
    /// holds: the state must start again from tables(). No record of the new section was given yet.
    std::uint64_t section() const { return section_; }

    /// About the record now being handed over.
    const ScapEvent& event() const { return reader_.event(); }
    const ScapStats& scap_stats() const { return reader_.stats(); }
    /// Bytes of the file as stored; total 0: not known.
    scap::ByteStream::Progress progress() const { return reader_.progress(); }

private:
    ScapSource(std::unique_ptr<scap::ByteStream> bytes, std::string name)
        : reader_(std::move(bytes), std::move(name)) {}

    scap::Reader reader_;
    std::uint64_t section_ = 1;
    bool ended_ = false;
};

}  // namespace sensor::capture
