// SPDX-License-Identifier: Apache-2.0
#include "output/spool_frame.hpp"

#include <zlib.h>

#include "output/little_endian.hpp"

namespace sensor::output {
namespace {

constexpr std::string_view kMark = "\xF5LIN";
constexpr std::size_t kChecksumAt = 16;
constexpr std::size_t kMostInVain = 32 << 20;

std::uint32_t checksum(std::string_view head, std::string_view payload) {
    const auto of = [](uLong sum, std::string_view bytes) {
        return crc32_z(sum, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size());
    };
    return static_cast<std::uint32_t>(of(of(0, head), payload));
}

}  // namespace

void put_frame(std::string& bytes, std::uint64_t number, std::string_view payload) {
    const std::size_t begin = bytes.size();
    bytes += kMark;
    put_u32(bytes, static_cast<std::uint32_t>(payload.size()));
    put_u64(bytes, number);
    put_u32(bytes, checksum(std::string_view(bytes).substr(begin, kChecksumAt), payload));
    bytes += payload;
}

FrameReader::FrameReader(std::string_view bytes) : bytes_(bytes) {
    if (bytes_.substr(0, kSegmentHead.size()) == kSegmentHead) at_ = kSegmentHead.size();
}

std::optional<Frame> FrameReader::frame_at(std::size_t at) {
    const std::string_view rest = bytes_.substr(at);
    if (rest.size() < kFrameHead || rest.substr(0, kMark.size()) != kMark) return std::nullopt;
    const std::size_t size = get_u32(rest, 4);
    if (size > kMostPayload || size > rest.size() - kFrameHead) return std::nullopt;
    const std::string_view payload = rest.substr(kFrameHead, size);
    if (checksum(rest.substr(0, kChecksumAt), payload) != get_u32(rest, kChecksumAt)) {
        checked_in_vain_ += size;
        return std::nullopt;
    }
    return Frame{get_u64(rest, 8), payload};
}

std::optional<Frame> FrameReader::next() {
    while (at_ < bytes_.size() && checked_in_vain_ <= kMostInVain) {
        if (const std::optional<Frame> frame = frame_at(at_)) {
            at_ += kFrameHead + frame->payload.size();
            return frame;
        }
        const std::size_t further = bytes_.find(kMark, at_ + 1);
        const std::size_t to = further == std::string_view::npos ? bytes_.size() : further;
        damaged_ += to - at_;
        at_ = to;
    }
    damaged_ += bytes_.size() - at_;
    at_ = bytes_.size();
    return std::nullopt;
}

}  // namespace sensor::output
