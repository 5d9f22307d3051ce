// SPDX-License-Identifier: Apache-2.0
#include "capture/merge.hpp"

#include <algorithm>

namespace sensor::capture {
namespace {

// Part of a ring looked at in one go: the kernel gets room back after each.
constexpr std::size_t kStepDivisor = 4;
// CPU numbers above this are nonsense, not memory to allocate.
constexpr std::size_t kMaxCpus = 1U << 14;

}  // namespace

bool Merge::collect() {
    const std::size_t before = pending_.size();
    bool busy = false;
    unread_since_ = kNothing;
    for (std::uint32_t idx = 0; idx < rings_.size(); ++idx) busy = collect_ring(idx) || busy;
    if (pending_.size() == before) return busy;
    std::sort(pending_.begin(), pending_.end(), [](const Pending& a, const Pending& b) {
        if (a.ts != b.ts) return a.ts < b.ts;
        return a.ring != b.ring ? a.ring < b.ring : a.position < b.position;
    });
    return busy;
}

bool Merge::collect_ring(std::uint32_t idx) {
    Ring& ring = rings_[idx];
    const std::uint64_t stop = ring.scanned() + ring.bytes() / kStepDivisor;
    std::span<const std::byte> record;
    std::uint64_t last = kNothing;
    while (ring.scanned() < stop) {
        const std::uint64_t position = ring.scanned();
        const Ring::Next next = ring.next(record);
        if (next == Ring::Next::Busy) return true;
        if (next == Ring::Next::Empty) return false;
        const auto* head = reinterpret_cast<const rec_head*>(record.data());
        if (record.size() < sizeof(rec_head) || head->len > record.size() ||
            head->cpu >= kMaxCpus) {
            ++malformed_;
            continue;
        }
        last = head->ts;
        pending_.push_back({head->ts, position, record, idx});
    }
    unread_since_ = std::min(unread_since_, last);
    return false;
}

std::size_t Merge::deliver(std::uint64_t horizon_ns, const RecordFn& on_record,
                           const HoleFn& on_hole) {
    // What is left in a ring is older than what other rings were read up to.
    if (unread_since_ != kNothing)
        horizon_ns = std::min(horizon_ns, unread_since_ - std::min(unread_since_, kSlackNs));
    std::size_t count = 0;
    for (; count < pending_.size() && pending_[count].ts <= horizon_ns; ++count) {
        const auto& head = *reinterpret_cast<const rec_head*>(pending_[count].record.data());
        if (!follow_sequence(head) && on_hole) on_hole(head);
        ++delivered_;
        on_record(pending_[count].record);
    }
    pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(count));
    give_back();
    return count;
}

// Preempted programs may reach their ring out of turn: a late record fills the hole it left.
// out: false if sequence numbers are left out before this one
bool Merge::follow_sequence(const rec_head& head) {
    const std::size_t lane = (head.flags & REC_F_CRITICAL) != 0 ? REC_LANE_CRITICAL : REC_LANE_BULK;
    const std::size_t slot = std::size_t{head.cpu} * REC_LANE_COUNT + lane;
    if (slot >= expected_.size()) expected_.resize(slot + 1, 0);
    std::uint64_t& expected = expected_[slot];
    if (head.seq < expected) {
        if (gaps_ > 0) --gaps_;
        return true;
    }
    const std::uint64_t left_out = head.seq - expected;
    gaps_ += left_out;
    expected = head.seq + 1;
    return left_out == 0;
}

void Merge::give_back() {
    for (std::uint32_t idx = 0; idx < rings_.size(); ++idx) {
        std::uint64_t position = rings_[idx].scanned();
        for (const Pending& p : pending_) {
            if (p.ring == idx) position = std::min(position, p.position);
        }
        rings_[idx].release(position);
    }
}

}  // namespace sensor::capture
