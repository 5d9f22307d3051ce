// SPDX-License-Identifier: Apache-2.0
// ThreadTable: owns all threads, keeps groups and parent-child links right while threads come and
// go, and stays within its bound by letting go of the longest unseen process.
#pragma once

#include <cstdint>
#include <unordered_map>

#include "state/thread.hpp"
#include "state/tid_index.hpp"

namespace sensor::state {

class ThreadTable {
public:
    explicit ThreadTable(std::size_t limit) : threads_(limit + kPinned), limit_(limit) {}
    ThreadTable(const ThreadTable&) = delete;
    ThreadTable& operator=(const ThreadTable&) = delete;
    ~ThreadTable();

    /// cost: nothing for the thread found last, as most events come in runs; else two loads
    Thread* find(std::uint32_t tid) noexcept {
        if (last_ != nullptr && last_->tid == tid) return last_;
        Thread* found = threads_.find(tid);
        if (found != nullptr) last_ = found;
        return found;
    }
    const Thread* find(std::uint32_t tid) const noexcept {
        return last_ != nullptr && last_->tid == tid ? last_ : threads_.find(tid);
    }
    /// Every thread once; places change when threads go.
    const std::vector<Thread*>& all() const noexcept { return threads_.all(); }
    std::size_t size() const noexcept { return threads_.size(); }
    std::uint64_t evicted() const noexcept { return evicted_; }

    /// A new thread in its group; the leader must be there before its members. `ptid` links it
    /// below its parent. A thread of that number must not exist.
    Thread& add(std::uint32_t tid, std::uint32_t tgid, std::uint32_t ptid);
    /// Takes a thread out. A leader with living members stays, marked as exited.
    void remove(Thread& thread);
    /// Takes out all.
    void clear();
    /// Takes out every thread of the group.
    void remove_group(Thread& thread);
    /// Takes out all members but `keep`, which becomes or is the leader; children stay in the
    /// group.
    void keep_only(Thread& keep);
    /// Marks as exited and gives children a new parent. `reaper` null: the table looks for one.
    void mark_exited(Thread& thread, Thread* reaper);
    /// Moves a leader below another parent; ptid 0: none. If that one is not there, the leader
    /// waits for it.
    void set_parent(Thread& leader, std::uint32_t ptid);
    /// Links the children that waited for a thread; one that is older than a child is not its
    /// parent, whatever its number.
    void adopt_waiting(Thread& thread);

    /// What is known of the process changed: its threads' facts have no name any more.
    static void changed(Thread& thread) noexcept;
    /// The same, and all its descendants see it. cost: the processes below it
    void changed_for_all_below(Thread& thread);

    /// A new piece of work begins: what is added or touched until the next one is not evicted.
    void next_step() noexcept { ++step_; }
    void touch(Thread& thread) noexcept { thread.step = step_; }

    /// Leader of the group that the parent thread belongs to; nullptr if unknown or younger than
    /// the child: then the number was given to somebody else.
    const Thread* parent(const Thread& thread) const noexcept;

    template <typename F>
    void for_each(F&& visit) {
        for (Thread* thread : threads_.all()) visit(*thread);
    }

private:
    void unlink_child(Thread& child) noexcept;
    static void link_child(Thread*& list, Thread& child) noexcept;
    void erase(Thread& thread);
    void reparent(Thread& thread, Thread* reaper);
    Thread* find_reaper(Thread& thread) noexcept;
    bool may_evict(const Thread& candidate) const noexcept;
    void make_room();

    // More than one event ever touches: the table is larger than its limit by those at most.
    static constexpr std::size_t kPinned = 4096;

    TidIndex threads_;
    std::unordered_map<std::uint32_t, Thread*> waiting_;  // by ptid: children of an unknown parent
    std::vector<Thread*> below_;                          // scratch of changed_for_all_below
    std::uint64_t walk_ = 0;
    std::size_t limit_;
    std::uint64_t evicted_ = 0;
    std::size_t clock_hand_ = 0;
    Thread* last_ = nullptr;
    std::uint64_t step_ = 1;
};

}  // namespace sensor::state
