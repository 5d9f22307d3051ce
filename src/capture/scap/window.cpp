// SPDX-License-Identifier: Apache-2.0
#include "capture/scap/window.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace sensor::capture::scap {
namespace {

// A small part of the second level cache: what is read is still there when it is looked at, and so
// is what the rules need. 256 KiB cost a tenth of all.
constexpr std::size_t kFirstBytes = 64U << 10;

}  // namespace

Window::Window(std::unique_ptr<ByteStream> bytes)
    : bytes_(std::move(bytes)),
      buffer_(std::make_unique_for_overwrite<std::byte[]>(kFirstBytes + kSlack)),
      capacity_(kFirstBytes) {}

void Window::make_room(std::size_t count) {
    const std::size_t kept = available();
    if (count > capacity_ && kept == capacity_) {
        const std::size_t grown = std::min(std::max(count, kFirstBytes), 2 * capacity_);
        auto larger = std::make_unique_for_overwrite<std::byte[]>(grown + kSlack);
        std::memcpy(larger.get(), data(), kept);
        buffer_ = std::move(larger);
        capacity_ = grown;
    } else if (begin_ > 0 && kept > 0) {
        std::memmove(buffer_.get(), data(), kept);
    }
    begin_ = 0;
    end_ = kept;
}

Window::Fill Window::fill(std::size_t count) {
    while (available() < count) {
        if (failed_) return Fill::Failed;
        if (ended_) return Fill::End;
        make_room(count);
        auto got = bytes_->read({buffer_.get() + end_, capacity_ - end_}, wait_ms_);
        if (!got) {
            failed_ = true;
            error_ = std::move(got).error();
        } else {
            end_ += got->bytes;
            ended_ = got->end;
            if (got->bytes == 0 && !got->end) return Fill::Later;
        }
    }
    return Fill::Ready;
}

Window::Fill Window::skip(std::uint64_t count) {
    while (count > 0) {
        if (available() == 0) {
            if (const Fill fill_result = fill(1); fill_result != Fill::Ready) return fill_result;
        }
        const auto part = static_cast<std::size_t>(std::min<std::uint64_t>(count, available()));
        consume(part);
        count -= part;
    }
    return Fill::Ready;
}

}  // namespace sensor::capture::scap
