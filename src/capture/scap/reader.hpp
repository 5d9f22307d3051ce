// SPDX-License-Identifier: Apache-2.0
// Reader: a capture's bytes in, records of today's events out, one at a time; the lists before the
// events into tables. Goes on past what it can read over, counting it, and ends at damage with a
// place. Driven by ScapSource.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "base/result.hpp"
#include "capture/scap/blocks.hpp"
#include "capture/scap/converter.hpp"
#include "capture/scap/record_builder.hpp"
#include "capture/scap/tables.hpp"
#include "capture/scap/window.hpp"

namespace sensor::capture {

/// What a capture says about an event beside its record.
struct ScapEvent {
    std::uint64_t number = 0;  ///< counts what the peer counts, from 1 (docs/compat.md)
    std::uint64_t offset = 0;  ///< of its block in the unpacked stream
    std::uint32_t flags = 0;   ///< of its block; see state_only
    std::uint16_t cpu = 0;
    bool state_only = false;  ///< updates state and is not shown to rules
};

namespace scap {

class Reader {
public:
    enum class Next : std::uint8_t {
        Record,   ///< record() and event() are the next event
        Section,  ///< an appended file begins: tables() are new, and nothing from before holds
        Later,    ///< nothing in time
        End,
        Failed,  ///< error()
    };

    /// name: of the file, for messages
    Reader(std::unique_ptr<ByteStream> bytes, std::string name);

    /// Reads the tables of the first section, to its first event.
    /// fails: not a capture, one of a newer or foreign kind, damaged before its first event, none
    Result<Ok> start();
    /// The next event. wait_ms: for a stream with nothing to read. cost: see RecordBuilder
    Next next(int wait_ms);

    std::span<const std::byte> record() const { return builder_.record(); }
    const ScapEvent& event() const { return event_; }
    const CaptureTables& tables() const { return tables_; }
    CaptureTables take_tables() { return std::move(tables_); }
    const ScapStats& stats() const { return stats_; }
    const Error& error() const { return error_; }
    ByteStream::Progress progress() const { return window_.progress(); }

private:
    enum class Step : std::uint8_t { Show, Skip, Malformed, Later, Failed };
    struct Block {
        std::uint32_t number = 0, length = 0;
        std::uint64_t offset = 0;
        BlockType type;
        std::uint64_t end() const { return offset + length; }
    };

    // Blocks and tables: reader_section.cpp. Those that return bool have set error_ on false.
    /// Looks at the next block without consuming it. End with nothing left: the file's end.
    Window::Fill head(Block& block);
    bool read_section();
    bool section_head(const Block& block);
    bool table_block(const Block& block);
    bool finish_block(const Block& block);
    // Events
    Step event_block(const Block& block);
    Step oversized(const Block& block);
    Step parse(const Block& block, Stored& event);
    Step emit(Stored& event);
    Step convert(Stored& event);
    Step shown(const Stored& event);
    bool is_truth(const Stored& event);
    void apply_truth(const Stored& event);
    static bool count_params(const Code& code, Stored& event, std::size_t bytes);
    bool trailer_matches(const Block& block) const;
    // Ends
    bool fail(std::string what);
    bool damaged(const Block& block, const std::string& what, const char* hint);
    bool stopped(const Block& block, Window::Fill fill);
    std::string so_far() const;

    std::string name_;
    Window window_;
    ScapStats stats_;
    CaptureTables tables_;
    std::optional<TableReader> table_reader_;
    Converter converter_;
    RecordBuilder builder_;
    const Codes& codes_;
    ScapEvent event_;
    std::string truth_bytes_;  // what the live kernel said of the next event truth_ is about
    Truth truth_;
    std::uint64_t truth_tid_ = 0;
    std::uint64_t number_ = 0, last_ts_ = 0;
    bool failed_ = false;
    Error error_;
};

inline Window::Fill Reader::head(Block& block) {
    block.offset = window_.offset();
    const Window::Fill fill = window_.ensure(kBlockHead);
    if (fill != Window::Fill::Ready) [[unlikely]]
        return fill;
    block.number = load<std::uint32_t>(window_.data());
    block.length = load<std::uint32_t>(window_.data() + 4);
    block.type = block.number == kEventBlock ? block_type(kEventBlock) : block_type(block.number);
    return fill;
}

}  // namespace scap
}  // namespace sensor::capture
