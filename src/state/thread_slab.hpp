// SPDX-License-Identifier: Apache-2.0
// ThreadSlab: memory for threads in one reserved range, so that 4 bytes name a thread and a look-up
// stays within a processor's caches. Memory is used as threads come. Used by TidIndex only.
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <new>
#include <vector>

#include "base/check.hpp"
#include "state/thread.hpp"

namespace sensor::state {

class ThreadSlab {
public:
    /// Memory of one thread, bytes.
    static constexpr std::size_t kThreadBytes = (sizeof(Thread) + 63) / 64 * 64;

    /// most: threads at one time
    explicit ThreadSlab(std::size_t most) : bytes_((most + 1) * sizeof(Place)) {
        SENSOR_CHECK(bytes_ / kUnit <= UINT32_MAX);
        void* const range = ::mmap(nullptr, bytes_, PROT_READ | PROT_WRITE,
                                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (range == MAP_FAILED) throw std::bad_alloc();
        base_ = static_cast<std::byte*>(range);
    }
    ~ThreadSlab() { ::munmap(base_, bytes_); }
    ThreadSlab(const ThreadSlab&) = delete;
    ThreadSlab& operator=(const ThreadSlab&) = delete;

    Thread& at(std::uint32_t name) const noexcept {
        return *std::launder(reinterpret_cast<Thread*>(place(name)));
    }
    /// Name of a new thread, never 0. Its address stays.
    std::uint32_t make() {
        std::uint32_t name = next_;
        if (free_.empty()) {
            next_ += kUnits;
            SENSOR_CHECK(std::size_t{next_} * kUnit <= bytes_);
        } else {
            name = free_.back();
            free_.pop_back();
        }
        new (place(name)) Thread;
        return name;
    }
    void end(std::uint32_t name) {
        at(name).~Thread();
        free_.push_back(name);
    }

private:
    static constexpr std::size_t kUnit = 64;  // names count these
    struct alignas(kUnit) Place {
        std::byte bytes[sizeof(Thread)];
    };
    static_assert(sizeof(Place) == kThreadBytes);
    static constexpr std::uint32_t kUnits = sizeof(Place) / kUnit;

    std::byte* place(std::uint32_t name) const noexcept {
        return base_ + std::size_t{name} * kUnit;
    }

    const std::size_t bytes_;
    std::byte* base_ = nullptr;
    std::uint32_t next_ = kUnits;
    std::vector<std::uint32_t> free_;
};

}  // namespace sensor::state
