// SPDX-License-Identifier: Apache-2.0
// TidIndex: thread numbers to threads, open addressing in one array. A lookup is one multiplication
// and mostly one cache line, however many threads there are. Used by ThreadTable only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace sensor::state {

struct Thread;

class TidIndex {
public:
    struct Slot {
        std::uint32_t tid = 0;
        Thread* thread = nullptr;  ///< null: free
    };

    Thread* find(std::uint32_t tid) const noexcept {
        for (std::size_t at = home(tid);; at = next(at)) {
            const Slot& slot = slots_[at];
            if (slot.thread == nullptr || slot.tid == tid) return slot.thread;
        }
    }
    std::size_t size() const noexcept { return used_; }
    /// All slots, free ones too; eviction walks them in turn.
    const std::vector<Slot>& slots() const noexcept { return slots_; }

    /// The number must not be there.
    void insert(std::uint32_t tid, Thread* thread) {
        if (2 * (used_ + 1) > slots_.size()) grow();
        place(tid, thread);
        ++used_;
    }
    void erase(std::uint32_t tid) noexcept {
        std::size_t hole = home(tid);
        while (slots_[hole].thread != nullptr && slots_[hole].tid != tid) hole = next(hole);
        if (slots_[hole].thread == nullptr) return;
        --used_;
        // Those that had to go past the hole move back into it.
        for (std::size_t at = next(hole); slots_[at].thread != nullptr; at = next(at)) {
            const std::size_t wanted = home(slots_[at].tid);
            const bool reachable = ((at - wanted) & mask()) >= ((at - hole) & mask());
            if (reachable) slots_[std::exchange(hole, at)] = slots_[at];
        }
        slots_[hole] = Slot{};
    }

private:
    static constexpr std::size_t kLeastSlots = 1024;

    std::size_t mask() const noexcept { return slots_.size() - 1; }
    std::size_t next(std::size_t at) const noexcept { return (at + 1) & mask(); }
    std::size_t home(std::uint32_t tid) const noexcept {
        return (std::uint64_t{tid} * 0x9e3779b97f4a7c15U) >> shift_;
    }
    void place(std::uint32_t tid, Thread* thread) noexcept {
        std::size_t at = home(tid);
        while (slots_[at].thread != nullptr) at = next(at);
        slots_[at] = {tid, thread};
    }
    void grow() {
        std::vector<Slot> old(2 * slots_.size());
        old.swap(slots_);
        --shift_;
        for (const Slot& slot : old) {
            if (slot.thread != nullptr) place(slot.tid, slot.thread);
        }
    }

    std::vector<Slot> slots_ = std::vector<Slot>(kLeastSlots);
    int shift_ = 64 - 10;
    std::size_t used_ = 0;
};

}  // namespace sensor::state
