// SPDX-License-Identifier: Apache-2.0
// Ring: the reading end of one kernel ring buffer, mapped. Records are looked at in place; their
// room goes back to the kernel only when the reader says so, which libbpf's own reader cannot do.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/result.hpp"

namespace sensor::capture {

class Ring {
public:
    enum class Next { Record, Empty, Busy };  ///< Busy: reserved but not yet committed

    /// Maps a BPF ring buffer. in: its descriptor (borrowed) and size in bytes, a power of two
    static Result<Ring> map(int fd, std::size_t bytes);
    /// Reads memory laid out like a ring: positions, and data of `bytes` mapped twice in a row.
    Ring(std::uint64_t* consumer, const std::uint64_t* producer, const std::byte* data,
         std::size_t bytes);
    Ring(Ring&& other) noexcept;
    Ring& operator=(Ring&&) = delete;
    ~Ring();

    /// Looks at the next record and moves the scan behind it. Discarded ones are skipped.
    Next next(std::span<const std::byte>& record) noexcept;
    /// Position of the scan: where the next record begins. Grows for ever.
    std::uint64_t scanned() const noexcept { return scan_; }
    /// Gives everything before `position` back to the kernel.
    void release(std::uint64_t position) noexcept;
    std::size_t bytes() const noexcept { return mask_ + 1; }

private:
    std::uint64_t* consumer_;
    const std::uint64_t* producer_;
    const std::byte* data_;
    std::size_t mask_;
    std::uint64_t scan_;
    void* consumer_page_ = nullptr;  // null: memory of someone else
    void* producer_pages_ = nullptr;
};

}  // namespace sensor::capture
