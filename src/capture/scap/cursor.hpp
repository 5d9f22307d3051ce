// SPDX-License-Identifier: Apache-2.0
// Cursor: a bounded part of the stream, read value by value: a block's body, or one entry of it. It
// streams: a list may be larger than memory. Used by the table readers.
#pragma once

#include <cstdint>
#include <string>

#include "capture/scap/blocks.hpp"
#include "capture/scap/window.hpp"

namespace sensor::capture::scap {

class Cursor {
public:
    Cursor(Window& window, std::uint64_t bytes) : window_(window), left_(bytes) {}

    /// Bytes not read yet.
    std::uint64_t left() const { return left_; }

    /// One number. false: fewer bytes are left, or the stream ended; nothing is read then
    template <typename T>
    bool number(T& out) {
        if (!have(sizeof(T))) return false;
        out = load<T>(window_.data());
        took(sizeof(T));
        return true;
    }
    /// The same if there is room for it, else `out` stays as it is. false: the stream ended
    template <typename T>
    bool optional(T& out) {
        return left_ < sizeof(T) || number(out);
    }
    /// `count` bytes, of which at most 64 KiB.
    bool bytes(std::string& out, std::size_t count) {
        if (!have(count)) return false;
        out.assign(reinterpret_cast<const char*>(window_.data()), count);
        took(count);
        return true;
    }
    /// 16 bits of length, then the text.
    bool text(std::string& out) {
        std::uint16_t count = 0;
        return number(count) && bytes(out, count);
    }
    /// The next `count` bytes as a cursor of their own; they count as read here.
    Cursor part(std::uint64_t count) {
        count = count < left_ ? count : left_;
        left_ -= count;
        return {window_, count};
    }
    /// Reads over what is left. false: the stream ended
    bool finish() {
        const bool done = window_.skip(left_) == Window::Fill::Ready;
        left_ = 0;
        return done;
    }

private:
    bool have(std::size_t count) {
        return left_ >= count && window_.ensure(count) == Window::Fill::Ready;
    }
    void took(std::size_t count) {
        window_.consume(count);
        left_ -= count;
    }

    Window& window_;
    std::uint64_t left_;
};

}  // namespace sensor::capture::scap
