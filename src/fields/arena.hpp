// SPDX-License-Identifier: Apache-2.0
// Arena: a fixed block from which one event's made-up texts are cut. Never grows; when it is full
// the request fails and the value is absent, counted by `overflows`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>

namespace sensor::fields {

class Arena {
public:
    explicit Arena(std::size_t bytes = 512UL * 1024) : data_(new char[bytes]), size_(bytes) {}

    void reset() noexcept { used_ = 0; }
    /// `bytes` of memory aligned to 16, nullptr if the block is used up.
    char* take(std::size_t bytes) noexcept {
        const std::size_t start = (used_ + 15) & ~std::size_t{15};
        if (start > size_ || bytes > size_ - start) {
            ++overflows_;
            return nullptr;
        }
        used_ = start + bytes;
        return data_.get() + start;
    }
    /// Gives back the unused end of the latest `take`.
    void shrink(char* taken, std::size_t bytes) noexcept {
        used_ = static_cast<std::size_t>(taken - data_.get()) + bytes;
    }
    std::size_t left() const noexcept { return used_ + 16 < size_ ? size_ - used_ - 16 : 0; }
    std::uint64_t overflows() const noexcept { return overflows_; }

private:
    std::unique_ptr<char[]> data_;
    std::size_t size_;
    std::size_t used_ = 0;
    std::uint64_t overflows_ = 0;
};

/// Builds one text at the end of the arena, cut at `limit` bytes.
class TextBuilder {
public:
    explicit TextBuilder(Arena& arena, std::size_t limit = 65536) noexcept
        : arena_(arena),
          capacity_(limit < arena.left() ? limit : arena.left()),
          start_(arena.take(capacity_)) {
        if (start_ == nullptr) capacity_ = 0;
    }
    void add(std::string_view s) noexcept {
        const std::size_t n = s.size() < capacity_ - used_ ? s.size() : capacity_ - used_;
        if (n != 0) std::memcpy(start_ + used_, s.data(), n);
        used_ += n;
    }
    void add(char c) noexcept { add(std::string_view(&c, 1)); }
    std::size_t size() const noexcept { return used_; }
    /// Takes everything behind the first `size` bytes off again.
    void cut(std::size_t size) noexcept { used_ = size < used_ ? size : used_; }
    /// Ends the text and gives the rest of the memory back.
    std::string_view finish() noexcept {
        if (start_ != nullptr) arena_.shrink(start_, used_);
        return {start_, used_};
    }

private:
    Arena& arena_;
    std::size_t capacity_;
    char* start_;
    std::size_t used_ = 0;
};

}  // namespace sensor::fields
