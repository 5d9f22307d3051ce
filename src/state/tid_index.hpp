// SPDX-License-Identifier: Apache-2.0
// TidIndex: owns the threads and finds them by number. Numbers below the kernel's own limit are
// looked up in pages; others, which only a damaged capture has, in a map. Used by ThreadTable only.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "state/thread_slab.hpp"

namespace sensor::state {

class TidIndex {
public:
    /// most: threads at one time
    explicit TidIndex(std::size_t most) : slab_(most) {}

    /// cost: two loads however many threads there are
    Thread* find(std::uint32_t tid) const noexcept {
        if (tid >= kDirect) [[unlikely]]
            return find_far(tid);
        const Page* page = pages_[tid >> kShift].get();
        const std::uint32_t name = page == nullptr ? 0 : page->names[tid & kMask];
        return name == 0 ? nullptr : &slab_.at(name);
    }
    std::size_t size() const noexcept { return all_.size(); }
    /// Every thread once, in no order; places change when threads go.
    const std::vector<Thread*>& all() const noexcept { return all_; }

    /// A new thread of that number, which must not be there; its address stays.
    Thread& add(std::uint32_t tid) {
        const std::uint32_t name = slab_.make();
        Thread& thread = slab_.at(name);
        thread.tid = tid;
        thread.slab_name = name;
        thread.place = static_cast<std::uint32_t>(all_.size());
        all_.push_back(&thread);
        if (tid >= kDirect) {
            far_[tid] = &thread;
            return thread;
        }
        std::unique_ptr<Page>& page = pages_[tid >> kShift];
        if (!page) page = std::make_unique<Page>();
        page->names[tid & kMask] = name;
        ++page->used;
        return thread;
    }
    /// Ends a thread, which must be there.
    void erase(Thread& thread) noexcept {
        all_[thread.place] = all_.back();
        all_[thread.place]->place = thread.place;
        all_.pop_back();
        if (thread.tid >= kDirect) {
            far_.erase(thread.tid);
        } else {
            std::unique_ptr<Page>& page = pages_[thread.tid >> kShift];
            page->names[thread.tid & kMask] = 0;
            if (--page->used == 0) page.reset();
        }
        slab_.end(thread.slab_name);
    }
    void clear() noexcept {
        while (!all_.empty()) erase(*all_.back());
    }

private:
    static constexpr std::uint32_t kDirect = 1U << 22;  // PID_MAX_LIMIT of 64-bit kernels
    static constexpr unsigned kShift = 9;
    static constexpr std::uint32_t kMask = (1U << kShift) - 1;
    struct Page {
        std::array<std::uint32_t, std::size_t{1} << kShift> names{};  // 0: none
        std::uint32_t used = 0;
    };

    Thread* find_far(std::uint32_t tid) const noexcept {
        const auto found = far_.find(tid);
        return found == far_.end() ? nullptr : found->second;
    }

    ThreadSlab slab_;
    std::vector<std::unique_ptr<Page>> pages_ =
        std::vector<std::unique_ptr<Page>>(kDirect >> kShift);
    std::unordered_map<std::uint32_t, Thread*> far_;
    std::vector<Thread*> all_;
};

}  // namespace sensor::state
