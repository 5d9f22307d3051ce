// SPDX-License-Identifier: Apache-2.0
// TidIndex: thread numbers to threads. Numbers below the kernel's own limit are looked up in pages,
// two loads however many threads there are; others, which only a damaged capture has, in a map.
// Also the list of all threads. Used by ThreadTable only.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "state/thread.hpp"

namespace sensor::state {

class TidIndex {
public:
    Thread* find(std::uint32_t tid) const noexcept {
        if (tid >= kDirect) [[unlikely]]
            return find_far(tid);
        const Page* page = pages_[tid >> kShift].get();
        return page == nullptr ? nullptr : page->threads[tid & kMask];
    }
    std::size_t size() const noexcept { return all_.size(); }
    /// Every thread once, in no order; places change when threads go.
    const std::vector<Thread*>& all() const noexcept { return all_; }

    /// thread.tid must not be there.
    void insert(Thread& thread) {
        thread.place = static_cast<std::uint32_t>(all_.size());
        all_.push_back(&thread);
        if (thread.tid >= kDirect) {
            far_[thread.tid] = &thread;
            return;
        }
        std::unique_ptr<Page>& page = pages_[thread.tid >> kShift];
        if (!page) page = std::make_unique<Page>();
        page->threads[thread.tid & kMask] = &thread;
        ++page->used;
    }
    /// The thread must be there.
    void erase(const Thread& thread) noexcept {
        all_[thread.place] = all_.back();
        all_[thread.place]->place = thread.place;
        all_.pop_back();
        if (thread.tid >= kDirect) {
            far_.erase(thread.tid);
            return;
        }
        std::unique_ptr<Page>& page = pages_[thread.tid >> kShift];
        page->threads[thread.tid & kMask] = nullptr;
        if (--page->used == 0) page.reset();
    }

private:
    static constexpr std::uint32_t kDirect = 1U << 22;  // PID_MAX_LIMIT of 64-bit kernels
    static constexpr unsigned kShift = 9;
    static constexpr std::uint32_t kMask = (1U << kShift) - 1;
    struct Page {
        std::array<Thread*, std::size_t{1} << kShift> threads{};
        std::uint32_t used = 0;
    };

    Thread* find_far(std::uint32_t tid) const noexcept {
        const auto found = far_.find(tid);
        return found == far_.end() ? nullptr : found->second;
    }

    std::vector<std::unique_ptr<Page>> pages_ =
        std::vector<std::unique_ptr<Page>>(kDirect >> kShift);
    std::unordered_map<std::uint32_t, Thread*> far_;
    std::vector<Thread*> all_;
};

}  // namespace sensor::state
