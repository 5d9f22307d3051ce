// SPDX-License-Identifier: Apache-2.0
// RecordBuilder::extend: a record of a capture becomes what the live kernel's record was, where the
// capture holds what the kernel said (truth.hpp).
#include <cstring>

#include "capture/scap/record_builder.hpp"

namespace sensor::capture::scap {
namespace {

constexpr std::size_t aligned(std::size_t at) { return (at + 7) & ~std::size_t{7}; }

/// Bytes the extras take behind a record, with alignment and NULs.
std::size_t room_for(const Truth& truth) {
    std::size_t room = 16;
    for (const std::string_view extra : truth.extras) room += extra.size() + 16;
    return room;
}

}  // namespace

void RecordBuilder::extend(const Truth& truth) {
    const std::string old(reinterpret_cast<const char*>(bytes()), size_);
    const auto& before = *reinterpret_cast<const rec_head*>(old.data());
    const EventInfo& info = *event_info(before.type);
    const std::size_t params = info.params.size(), had = before.nslots;
    const std::size_t slots = params + REC_X_COUNT;
    const std::size_t shift = 8 * (slots - had);
    reserve(size_ + shift + room_for(truth));

    std::byte* const out = bytes();
    std::memcpy(out, old.data(), sizeof(rec_head) + 8 * had);
    auto& head = *reinterpret_cast<rec_head*>(out);
    auto* const slot = reinterpret_cast<std::uint64_t*>(out + sizeof(rec_head));
    for (std::size_t k = had; k < slots; ++k) {
        slot[k] = 0;
        head.absent |= std::uint64_t{1} << k;
    }
    for (std::size_t k = 0; k < had; ++k) {
        const bool there = ((head.absent >> k) & 1) == 0;
        if (there && ((info.in_tail >> k) & 1) != 0) slot[k] += std::uint64_t{shift} << 32;
    }
    const std::size_t tail = sizeof(rec_head) + 8 * had;
    std::memcpy(out + tail + shift, old.data() + tail, size_ - tail);
    std::size_t at = size_ + shift;
    for (std::size_t k = 0; k < REC_X_COUNT; ++k) {
        const std::string_view extra = truth.extras[k];
        if (extra.data() == nullptr) continue;
        at = aligned(at);
        std::memcpy(out + at, extra.data(), extra.size());
        out[at + extra.size()] = std::byte{0};
        slot[params + k] = std::uint64_t{at} << 32 | extra.size();
        head.absent &= ~(std::uint64_t{1} << (params + k));
        at += extra.size() + 1;
    }
    std::memset(out + at, 0, 8);
    size_ = aligned(at);
    head.len = static_cast<rec_u32>(size_);
    head.nslots = static_cast<rec_u8>(slots);
    head.mnt_ns = truth.mnt_ns;
    head.pid_ns = truth.pid_ns;
    head.flags = static_cast<rec_u8>(head.flags | truth.flags);
    if (truth.call == 0) return;
    head.sc = truth.call;
    if (head.type == static_cast<rec_u16>(EventType::generic) && had > 0) slot[0] = truth.call;
}

}  // namespace sensor::capture::scap
