// SPDX-License-Identifier: Apache-2.0
#include "state/thread_table.hpp"

#include "base/check.hpp"

#include <utility>

namespace sensor::state {
namespace {

constexpr std::size_t kEvictionSample = 32;
constexpr int kMaxAncestors = 128;

bool is_younger(const Thread& parent, const Thread& child) noexcept {
    const bool comparable = parent.start_exact && child.start_exact;
    return comparable && parent.start_ns != 0 && child.start_ns != 0 &&
           parent.start_ns > child.start_ns;
}

}  // namespace

ThreadTable::~ThreadTable() { threads_.clear(); }

void ThreadTable::clear() {
    threads_.clear();
    waiting_.clear();
    last_ = nullptr;
    clock_hand_ = 0;
}

Thread& ThreadTable::add(std::uint32_t tid, std::uint32_t tgid, std::uint32_t ptid) {
    SENSOR_CHECK(find(tid) == nullptr);
    Thread* leader = tid == tgid ? nullptr : find(tgid);
    if (leader != nullptr && leader->leader != leader) leader = nullptr;  // a stale number
    if (leader != nullptr) touch(*leader);
    if (Thread* parent = ptid == 0 ? nullptr : find(ptid)) touch(*parent);
    if (threads_.size() >= limit_) make_room();
    Thread& thread = threads_.add(tid);
    thread.tgid = tgid;
    thread.step = step_;
    if (leader == nullptr) {
        thread.leader = &thread;
        thread.next_member = &thread;
        thread.alive = 1;
    } else {
        thread.leader = leader;
        thread.next_member = std::exchange(leader->next_member, &thread);
        ++leader->alive;
    }
    thread.ptid = ptid;
    if (thread.is_leader()) set_parent(thread, ptid);
    if (waiting_.contains(tid)) changed_for_all_below(thread);  // they have an ancestor now
    return thread;
}

void ThreadTable::changed(Thread& thread) noexcept {
    Thread* member = &thread;
    do {
        member->facts = 0;
        member = member->next_member;
    } while (member != &thread);
}

void ThreadTable::changed_for_all_below(Thread& thread) {
    ++walk_;
    const auto visit = [&](Thread* child) {
        for (; child != nullptr; child = child->next_sibling) {
            if (child->walk == walk_) continue;  // numbers used again can make a loop
            child->walk = walk_;
            below_.push_back(child);
        }
    };
    thread.leader->walk = walk_;
    below_.assign(1, &thread);
    while (!below_.empty()) {
        Thread* member = below_.back();
        below_.pop_back();
        const Thread* const last = member;
        do {
            member->facts = 0;
            visit(member->first_child);
            const auto waiting = waiting_.empty() ? waiting_.end() : waiting_.find(member->tid);
            if (waiting != waiting_.end()) visit(waiting->second);
            member = member->next_member;
        } while (member != last);
    }
}

void ThreadTable::link_child(Thread*& list, Thread& child) noexcept {
    child.next_sibling = list;
    if (list != nullptr) list->prev_sibling = &child;
    list = &child;
    child.linked = true;
}

void ThreadTable::unlink_child(Thread& child) noexcept {
    if (!child.linked) return;
    if (child.prev_sibling != nullptr) {
        child.prev_sibling->next_sibling = child.next_sibling;
    } else if (Thread* parent = find(child.ptid);
               parent != nullptr && parent->first_child == &child) {
        parent->first_child = child.next_sibling;
    } else if (const auto list = waiting_.find(child.ptid); list != waiting_.end()) {
        list->second = child.next_sibling;
        if (list->second == nullptr) waiting_.erase(list);
    }
    if (child.next_sibling != nullptr) child.next_sibling->prev_sibling = child.prev_sibling;
    child.prev_sibling = child.next_sibling = nullptr;
    child.linked = false;
}

void ThreadTable::set_parent(Thread& leader, std::uint32_t ptid) {
    unlink_child(leader);
    leader.ptid = ptid;
    changed_for_all_below(leader);
    if (ptid == 0 || ptid == leader.tid) return;
    Thread* parent = find(ptid);
    link_child(parent != nullptr ? parent->first_child : waiting_[ptid], leader);
}

void ThreadTable::adopt_waiting(Thread& thread) {
    if (waiting_.empty()) return;
    const auto list = waiting_.find(thread.tid);
    if (list == waiting_.end()) return;
    for (Thread *child = list->second, *next = nullptr; child != nullptr; child = next) {
        next = child->next_sibling;  // taken before: the last one to leave ends the list
        if (!is_younger(*thread.leader, *child)) set_parent(*child, thread.tid);
    }
}

const Thread* ThreadTable::parent(const Thread& thread) const noexcept {
    const Thread& child = *thread.leader;
    if (child.ptid == 0) return nullptr;
    const Thread* found = find(child.ptid);
    if (found == nullptr) return nullptr;
    const Thread* leader = found->leader;
    if (leader == &child) return nullptr;
    return is_younger(*leader, child) ? nullptr : leader;
}

// The kernel's rule: another thread of the group, else the nearest ancestor that is a reaper, on
// the same side of the PID namespace border.
Thread* ThreadTable::find_reaper(Thread& thread) noexcept {
    for (Thread* member = thread.next_member; member != &thread; member = member->next_member) {
        if (!member->exited) return member;
    }
    const Thread* at = &thread;
    for (int step = 0; step < kMaxAncestors; ++step) {
        at = parent(*at);
        if (at == nullptr || at->leader == thread.leader || at->in_pidns != thread.in_pidns)
            return nullptr;
        if (at->reaper && !at->exited) return const_cast<Thread*>(at);
    }
    return nullptr;
}

void ThreadTable::reparent(Thread& thread, Thread* reaper) {
    if (thread.first_child == nullptr) return;
    if (reaper == nullptr || reaper == &thread) reaper = find_reaper(thread);
    while (thread.first_child != nullptr) {
        Thread& child = *thread.first_child;
        set_parent(child, reaper == nullptr || reaper == &child ? 0 : reaper->tid);
    }
    if (reaper != nullptr && reaper->leader != thread.leader) reaper->leader->reaper = true;
}

void ThreadTable::mark_exited(Thread& thread, Thread* reaper) {
    if (!thread.exited) {
        thread.exited = true;
        if (thread.leader->alive > 0) --thread.leader->alive;
    }
    reparent(thread, reaper);
}

void ThreadTable::erase(Thread& thread) {
    unlink_child(thread);
    while (thread.first_child != nullptr) set_parent(*thread.first_child, 0);
    Thread* before = &thread;
    while (before->next_member != &thread) before = before->next_member;
    before->next_member = thread.next_member;
    if (last_ == &thread) last_ = nullptr;
    threads_.erase(thread);
}

void ThreadTable::remove(Thread& thread) {
    Thread* leader = thread.leader;
    if (!thread.exited) mark_exited(thread, nullptr);
    if (&thread != leader)
        erase(thread);
    else if (leader->next_member != leader)
        return;  // its members still need it
    if (leader->exited && leader->next_member == leader) erase(*leader);
}

void ThreadTable::remove_group(Thread& thread) {
    Thread* leader = thread.leader;
    while (leader->next_member != leader) erase(*leader->next_member);
    erase(*leader);
}

void ThreadTable::keep_only(Thread& keep) {
    Thread* leader = keep.leader;
    while (keep.next_member != &keep) {
        Thread* other = keep.next_member;
        while (other->first_child != nullptr) set_parent(*other->first_child, keep.tid);
        if (other == leader) {  // cannot happen for a leader's own exec; keeps the group whole
            keep.leader = &keep;
            keep.cwd = leader->cwd;
            keep.fds = leader->fds;
            keep.fd_limit = leader->fd_limit;
        }
        erase(*other);
    }
    keep.leader = &keep;
    keep.alive = 1;
    keep.exited = false;
}

bool ThreadTable::may_evict(const Thread& candidate) const noexcept {
    if (candidate.leader == &candidate && candidate.next_member != &candidate) return false;
    return candidate.step != step_;
}

// Lets go of the longest unseen thread of a sample, taken in turn from the slots. A leader goes
// after its members; what the present event works on stays.
void ThreadTable::make_room() {
    Thread* oldest = nullptr;
    std::size_t seen = 0;
    const std::vector<Thread*>& all = threads_.all();
    for (std::size_t step = 0; step < all.size() && seen < kEvictionSample; ++step) {
        clock_hand_ = (clock_hand_ + 1) % all.size();
        Thread* candidate = all[clock_hand_];
        if (!may_evict(*candidate)) continue;
        ++seen;
        if (oldest == nullptr || candidate->last_seen_ns < oldest->last_seen_ns) oldest = candidate;
    }
    if (oldest == nullptr) return;
    ++evicted_;
    if (!oldest->exited && oldest->leader->alive > 0) --oldest->leader->alive;
    erase(*oldest);
}

}  // namespace sensor::state
