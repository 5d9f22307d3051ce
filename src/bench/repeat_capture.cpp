// SPDX-License-Identifier: Apache-2.0
#include "bench/repeat_capture.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

#include "base/log.hpp"
#include "capture/scap/blocks.hpp"
#include "capture/scap/byte_stream.hpp"

namespace sensor::bench {
namespace {

using capture::scap::block_type;
using capture::scap::BlockKind;
using capture::scap::BlockType;
using capture::scap::load;

constexpr std::uint64_t kPauseNs = 1'000'000;  // between two runs of the same events
constexpr std::size_t kCpuBytes = 2, kFlagBytes = 4;

/// The event blocks of a capture: where they begin, and where each has its time stamp.
struct Events {
    std::size_t begin = 0, end = 0;
    std::vector<std::size_t> stamps;  ///< offsets from `begin`
};

Result<Events> find_events(const std::string& bytes) {
    Events events;
    std::size_t at = 0;
    const auto* base = reinterpret_cast<const std::byte*>(bytes.data());
    while (at + 2 * sizeof(std::uint32_t) <= bytes.size()) {
        const BlockType type = block_type(load<std::uint32_t>(base + at));
        const auto length = load<std::uint32_t>(base + at + 4);
        if (length < 12 || length > bytes.size() - at) return Error("the capture is damaged");
        if (type.kind == BlockKind::Event) {
            if (type.version < 2) return Error("the capture is too old to be repeated");
            if (events.stamps.empty()) events.begin = at;
            events.stamps.push_back(at - events.begin + capture::scap::kBlockHead + kCpuBytes +
                                    (type.has_flags ? kFlagBytes : 0));
        } else if (!events.stamps.empty()) {
            break;
        }
        at += length;
    }
    if (events.stamps.empty()) return Error("the capture has no events");
    events.end = at;
    return events;
}

Result<> write_all(int fd, const char* data, std::size_t bytes) {
    while (bytes > 0) {
        const ssize_t n = ::write(fd, data, bytes);
        if (n < 0 && errno != EINTR) return errno_error("write a temporary capture", errno);
        if (n <= 0) continue;
        data += n;
        bytes -= static_cast<std::size_t>(n);
    }
    return Ok{};
}

void move_stamps(std::string& block, const Events& events, std::uint64_t by) {
    for (const std::size_t at : events.stamps) {
        std::uint64_t ts = 0;
        std::memcpy(&ts, block.data() + at, sizeof ts);
        ts += by;
        std::memcpy(block.data() + at, &ts, sizeof ts);
    }
}

}  // namespace

Result<RepeatedCapture> RepeatedCapture::make(const std::string& path, std::uint64_t least_events) {
    SENSOR_TRY(const std::string bytes, capture::scap::read_unpacked(path));
    SENSOR_TRY(const Events events, find_events(bytes));
    RepeatedCapture made;
    made.file_ = Fd(::memfd_create("capture", MFD_CLOEXEC));
    if (!made.file_) return errno_error("create a temporary capture", errno);
    SENSOR_TRY_OK(write_all(made.file_.get(), bytes.data(), events.begin));
    std::string block = bytes.substr(events.begin, events.end - events.begin);
    std::uint64_t first = 0, last = 0;
    std::memcpy(&first, block.data() + events.stamps.front(), sizeof first);
    std::memcpy(&last, block.data() + events.stamps.back(), sizeof last);
    made.bytes_ = events.begin;
    for (;;) {
        SENSOR_TRY_OK(write_all(made.file_.get(), block.data(), block.size()));
        made.events_ += events.stamps.size();
        made.bytes_ += block.size();
        if (made.events_ >= least_events) return made;
        move_stamps(block, events, std::max(first, last) - first + kPauseNs);
    }
}

std::string RepeatedCapture::path() const { return format("/proc/self/fd/{}", file_.get()); }

}  // namespace sensor::bench
