// SPDX-License-Identifier: Apache-2.0
// The bytes of a spool file: a head, then frames. A frame carries a number one higher than the one
// before it in the same spool, so that a gap tells how many were lost, and a checksum. Read from
// files that may be damaged or not ours at all. Used by the spool; nothing here touches a file.
//
//   file:  "FEBPFSP1"
//   frame: "\xF5LIN" | payload bytes u32 | number u64 | checksum u32 of all other bytes | payload
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sensor::output {

inline constexpr std::string_view kSegmentHead = "FEBPFSP1";
inline constexpr std::size_t kFrameHead = 20;
inline constexpr std::size_t kMostPayload = 4 << 20;

/// Adds a frame to `bytes`. The payload is at most kMostPayload.
void put_frame(std::string& bytes, std::uint64_t number, std::string_view payload);

struct Frame {
    std::uint64_t number = 0;
    std::string_view payload;  ///< inside the bytes that were read
};

/// Goes through the frames of one file. Bytes that are no frame are stepped over up to the next
/// whole one. cost: linear; looks into at most so many bytes that only pretend to be frames
class FrameReader {
public:
    /// Borrows `bytes`, a whole file.
    explicit FrameReader(std::string_view bytes);
    std::optional<Frame> next();
    /// Bytes passed until now that belong to no frame.
    std::size_t damaged_bytes() const { return damaged_; }
    /// Where the frame returned last ends.
    std::size_t position() const { return at_; }

private:
    std::optional<Frame> frame_at(std::size_t at);

    std::string_view bytes_;
    std::size_t at_ = 0;
    std::size_t damaged_ = 0;
    std::size_t checked_in_vain_ = 0;
};

}  // namespace sensor::output
