// SPDX-License-Identifier: Apache-2.0
// The frame of blocks, the head of a section and its tables, and how reading ends.
#include <cstdio>
#include <utility>

#include "capture/scap/reader.hpp"

namespace sensor::capture::scap {
namespace {

constexpr std::size_t kSectionBytes = 16;  // magic, major, minor, length of the section
constexpr int kMajor = 1;
constexpr int kForever = -1;

const char* kind_text(BlockKind kind) {
    switch (kind) {
        case BlockKind::Section: return "section block";
        case BlockKind::Machine: return "machine block";
        case BlockKind::Processes: return "process list";
        case BlockKind::Starts: return "list of starts";
        case BlockKind::Fds: return "descriptor list";
        case BlockKind::Interfaces: return "interface list";
        case BlockKind::Users: return "user list";
        case BlockKind::Event: return "event block";
        case BlockKind::Unknown: break;
    }
    return "block of unknown type";
}

}  // namespace

Result<Ok> Reader::start() {
    window_.set_wait(kForever);
    Block block;
    const Window::Fill fill = head(block);
    if (fill == Window::Fill::End && window_.available() == 0) {
        fail("is empty");
    } else if (fill != Window::Fill::Ready) {
        if (window_.available() < kBlockHead && fill == Window::Fill::End)
            fail("is not a capture: it is shorter than a block");
        else
            stopped(block, fill);
    } else if (block.number != kSectionBlock) {
        fail(
            "is not a capture: it does not start with a section block; expected is a .scap file, "
            "plain or packed by gzip or zstd");
    } else if (read_section() && window_.available() == 0) {
        fail("holds no events");
    }
    if (failed_) return error_;
    return Ok{};
}

// From a section block to the first event, or the end.
bool Reader::read_section() {
    for (;;) {
        Block block;
        const Window::Fill fill = head(block);
        if (fill == Window::Fill::End && window_.available() == 0) return true;
        if (fill != Window::Fill::Ready) return stopped(block, fill);
        if (block.type.kind == BlockKind::Event) return true;
        if (block.type.kind == BlockKind::Section) {
            if (!section_head(block)) return false;
        } else if (!table_block(block)) {
            return false;
        }
    }
}

bool Reader::section_head(const Block& block) {
    const char* const hint = "The file is not a capture, or its start was overwritten.";
    if (block.length < kBlockHead + kSectionBytes + kBlockTail)
        return damaged(block, "its length " + std::to_string(block.length) + " is too small", hint);
    const Window::Fill fill = window_.ensure(kBlockHead + kSectionBytes);
    if (fill != Window::Fill::Ready) return stopped(block, fill);
    const auto magic = load<std::uint32_t>(window_.data() + kBlockHead);
    const auto major = load<std::uint16_t>(window_.data() + kBlockHead + 4);
    if (magic == kSectionMagicSwapped)
        return fail("was recorded on a machine of the other byte order, which cannot be read");
    if (magic != kSectionMagic) return damaged(block, "its magic number is wrong", hint);
    if (major > kMajor)
        return fail("has format version " + std::to_string(major) + ", newer than " +
                    std::to_string(kMajor) + ", the last one known");
    ++stats_.blocks;
    ++stats_.sections;
    converter_.reset();
    tables_ = CaptureTables{};
    table_reader_.emplace(tables_, stats_);
    return finish_block(block);
}

bool Reader::table_block(const Block& block) {
    if (block.length < kBlockHead + kBlockTail)
        return damaged(block, "its length " + std::to_string(block.length) + " is too small",
                       "What follows cannot be found.");
    ++stats_.blocks;
    window_.consume(kBlockHead);
    Cursor body(window_, block.length - kBlockHead - kBlockTail);
    table_reader_->read(block.type, body);
    return finish_block(block);
}

// Consumes the rest of a block, which must end with its own length: blocks that are not understood
// are only as good as their frame.
bool Reader::finish_block(const Block& block) {
    Window::Fill fill = window_.skip(block.end() - kBlockTail - window_.offset());
    if (fill == Window::Fill::Ready) fill = window_.ensure(kBlockTail);
    if (fill != Window::Fill::Ready) return stopped(block, fill);
    const auto length = load<std::uint32_t>(window_.data());
    if (length != block.length)
        return damaged(block,
                       "it begins with length " + std::to_string(block.length) +
                           " and ends with length " + std::to_string(length),
                       "What follows cannot be trusted.");
    window_.consume(kBlockTail);
    return true;
}

bool Reader::fail(std::string what) {
    failed_ = true;
    error_ = Error(name_ + ' ' + std::move(what));
    return false;
}

std::string Reader::so_far() const {
    const bool one = stats_.delivered == 1;
    return std::to_string(stats_.delivered) +
           (one ? " event before it was read" : " events before it were read");
}

bool Reader::damaged(const Block& block, const std::string& what, const char* hint) {
    char type[16];
    std::snprintf(type, sizeof type, "0x%X", block.number);
    return fail("is damaged at byte " + std::to_string(block.offset) + ", " +
                kind_text(block.type.kind) + ' ' + type + ": " + what + "; " + so_far() + ". " +
                hint);
}

// The stream ended or failed inside a block.
bool Reader::stopped(const Block& block, Window::Fill fill) {
    if (fill == Window::Fill::Later) return fail("was not read to its end: interrupted");
    if (fill == Window::Fill::Failed)
        return damaged(block, window_.error().text,
                       "The file was cut off, is still being written, or its storage is damaged.");
    const std::uint64_t there = window_.offset() + window_.available() - block.offset;
    const std::string needs =
        there < kBlockHead ? std::string() : " of " + std::to_string(block.length);
    return damaged(block, "the file ends after " + std::to_string(there) + needs + " bytes of it",
                   "The recording was cut off or is still being written.");
}

}  // namespace sensor::capture::scap
