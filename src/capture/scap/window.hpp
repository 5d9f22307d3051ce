// SPDX-License-Identifier: Apache-2.0
// Window: a stream as contiguous bytes to look at, of which the front is consumed. One buffer,
// filled in large reads; it grows only as bytes really arrive, up to what a caller asks for.
// Behind the bytes there is room to read a few more without harm, so that copies need no tail.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/result.hpp"
#include "capture/scap/byte_stream.hpp"

namespace sensor::capture::scap {

class Window {
public:
    enum class Fill : std::uint8_t { Ready, Later, End, Failed };
    static constexpr std::size_t kSlack = 64;  ///< readable bytes behind the last one

    explicit Window(std::unique_ptr<ByteStream> bytes);

    /// Makes `count` bytes available at data(). Later: none in time; End: fewer are left;
    /// Failed: error() says why. Invalidates data(). cost: nothing if they are there
    Fill ensure(std::size_t count) { return available() >= count ? Fill::Ready : fill(count); }
    const std::byte* data() const { return buffer_.get() + begin_; }
    std::size_t available() const { return end_ - begin_; }
    void consume(std::size_t count) {
        begin_ += count;
        offset_ += count;
    }
    /// Consumes `count` bytes however many they are, without keeping them.
    Fill skip(std::uint64_t count);

    /// Position of data() in the unpacked stream.
    std::uint64_t offset() const { return offset_; }
    void set_wait(int wait_ms) { wait_ms_ = wait_ms; }
    const Error& error() const { return error_; }
    ByteStream::Progress progress() const { return bytes_->progress(); }

private:
    Fill fill(std::size_t count);
    void make_room(std::size_t count);

    std::unique_ptr<ByteStream> bytes_;
    std::unique_ptr<std::byte[]> buffer_;
    std::size_t capacity_, begin_ = 0, end_ = 0;
    std::uint64_t offset_ = 0;
    int wait_ms_ = -1;
    bool ended_ = false, failed_ = false;
    Error error_;
};

}  // namespace sensor::capture::scap
