// SPDX-License-Identifier: Apache-2.0
#include "state/creators.hpp"

#include "state/update.hpp"

namespace sensor::state {
namespace {

std::unique_ptr<Thread> heritage_of(const Thread& thread) {
    auto left = std::make_unique<Thread>();
    left->leader = left.get();
    left->tid = thread.tid;
    left->tgid = thread.tgid;
    copy_common(thread, *left);
    left->cwd = thread.leader->cwd;
    left->fds = thread.leader->fds;
    left->fd_limit = thread.leader->fd_limit;
    left->container = {};  // the child says itself where it is, and nobody else holds it
    left->cgroups = {};
    return left;
}

}  // namespace

/// From the newest on, until `visit` is true or they are too old.
template <typename Visit>
void Creators::each_recent(std::uint64_t now_ns, const Visit& visit) {
    for (std::size_t k = 1; k <= rows_.size(); ++k) {
        Row& row = rows_[(next_ + rows_.size() - k) % rows_.size()];
        if (!is_recent(row.ts_ns, now_ns)) return;
        if (row.number != 0 && visit(row)) return;
    }
}

void Creators::note(const Thread& caller, const rec_head& head, std::uint32_t number,
                    bool visible) {
    Row& row = rows_[next_];
    next_ = (next_ + 1) % rows_.size();
    row.pid_ns = head.pid_ns;
    row.number = number;
    row.creator = caller.tid;
    row.visible = visible;
    row.ts_ns = head.ts;
    row.left.reset();
}

void Creators::ends(const Thread& thread, std::uint64_t now_ns) {
    each_recent(now_ns, [&](Row& row) {
        if (row.creator == thread.tid && !row.left) row.left = heritage_of(thread);
        return false;
    });
}

const Thread* Creators::claim(const rec_head& head, std::uint32_t number,
                              const ThreadTable& threads) {
    const Thread* found = nullptr;
    each_recent(head.ts, [&](Row& row) {
        const bool same = (row.pid_ns == head.pid_ns && row.number == number) ||
                          (row.visible && row.number == head.ns_tid);
        if (!same) return false;
        row.number = 0;
        found = row.left ? row.left.get() : threads.find(row.creator);
        return true;
    });
    return found;
}

}  // namespace sensor::state
