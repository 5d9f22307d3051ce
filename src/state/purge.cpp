// SPDX-License-Identifier: Apache-2.0
// Live only: threads whose exit was lost go when /proc has not known them for a while. A few are
// looked at once a second of event time, so that no event waits for a walk over all of them.
#include <algorithm>

#include "state/state.hpp"

namespace sensor::state {
namespace {

constexpr std::uint64_t kEveryNs = 1'000'000'000;
constexpr std::uint64_t kUnseenNs = 30 * 60 * kEveryNs;
constexpr std::size_t kLooksEachTime = 256;  // a round over the widest table takes 20 minutes
constexpr std::size_t kReadsEachTime = 32;

}  // namespace

void State::purge(std::uint64_t now_ns) {
    next_purge_ns_ = now_ns + kEveryNs;
    containers_.purge();
    if (!proc_) return;
    std::vector<std::uint32_t> gone;
    std::size_t reads = 0;
    const std::vector<Thread*>& all = threads_.all();
    const std::size_t most = std::min(kLooksEachTime, all.size());
    for (std::size_t k = 0; k < most && reads < kReadsEachTime; ++k) {
        purge_hand_ = (purge_hand_ + 1) % all.size();
        const Thread* thread = all[purge_hand_];
        if (thread->last_seen_ns + kUnseenNs > now_ns) continue;
        const std::uint32_t ns_tgid = thread->leader->ns_tgid;
        // Members are known by the number of the kernel only; where /proc has others they stay.
        if (ns_tgid == 0 || (numbers_differ_ && !thread->is_leader())) continue;
        ++reads;
        const std::uint32_t ns_tid = thread->is_leader() ? ns_tgid : thread->tid;
        if (proc_->read_thread_comm(ns_tgid, ns_tid).empty()) gone.push_back(thread->tid);
    }
    for (std::uint32_t tid : gone) {
        Thread* thread = threads_.find(tid);
        if (thread == nullptr) continue;
        ++stats_.threads_purged;
        drop(*thread);
    }
}

}  // namespace sensor::state
