// SPDX-License-Identifier: Apache-2.0
// Enters: the last enter event of every thread, until its exit event takes the arguments. Bounded:
// when threads or bytes are too many, all are forgotten at once and counted. Used by Converter.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>

#include "capture/scap/params.hpp"

namespace sensor::capture::scap {

class Enters {
public:
    static constexpr std::size_t kMaxThreads = 65536;
    static constexpr std::size_t kMaxBytes = 32U << 20;
    static constexpr std::size_t kMaxParams = 8;

    struct Stored {
        bool waits = false;
        std::uint16_t code = 0;
        std::uint8_t count = 0;
        std::array<std::uint32_t, kMaxParams> sizes{};
        std::string bytes;

        /// Parameter k; empty if it has none. Valid until the thread's next enter event.
        std::string_view param(std::size_t k) const noexcept;
    };

    /// Remembers; replaces what the thread had. cost: allocates for a thread's first and longest
    void put(std::uint64_t tid, const Params& event);
    /// What the thread has, nullptr for nothing. The caller releases by `waits = false`.
    Stored* find(std::uint64_t tid) noexcept;
    void clear();

    std::uint64_t evicted() const { return evicted_; }

private:
    std::unordered_map<std::uint64_t, Stored> by_thread_;
    std::size_t bytes_ = 0;
    std::uint64_t evicted_ = 0;
};

}  // namespace sensor::capture::scap
