// SPDX-License-Identifier: Apache-2.0
#include "event/event.hpp"

#include <bit>

namespace sensor {
namespace {

static_assert(REC_MAX_SLOTS < 64, "a bit a slot");

bool in_record(std::uint64_t slot, std::size_t tail_start, std::size_t size) noexcept {
    const std::uint64_t offset = slot >> 32;
    const std::uint64_t bytes = slot & 0xffffffffU;
    return offset >= tail_start && offset <= size && bytes <= size - offset;
}

}  // namespace

Event Event::view(std::span<const std::byte> record) noexcept {
    Event event;
    if (record.size() < sizeof(rec_head)) return event;
    const auto& head = *reinterpret_cast<const rec_head*>(record.data());
    const EventInfo* info = event_info(head.type);
    if (info == nullptr || head.len < sizeof(rec_head) || head.len > record.size()) return event;
    if (head.nslots > REC_MAX_SLOTS) return event;
    const std::size_t tail = sizeof(rec_head) + std::size_t{8} * head.nslots;
    if (tail > head.len) return event;
    const std::size_t params = info->params.size();
    if (head.nslots > params && head.nslots != params + REC_X_COUNT) return event;
    const auto* slots = reinterpret_cast<const std::uint64_t*>(record.data() + sizeof(rec_head));
    const std::uint64_t here = (std::uint64_t{1} << head.nslots) - 1;
    for (std::uint64_t open = info->in_tail & here & ~head.absent; open != 0; open &= open - 1) {
        const auto k = static_cast<std::size_t>(std::countr_zero(open));
        if (!in_record(slots[k], tail, head.len)) return event;
        if (k == params + REC_X_FD && ((slots[k] >> 32) & 7) != 0) return event;
    }
    event.base_ = record.data();
    event.info_ = info;
    return event;
}

bool Event::has_result() const noexcept {
    if (info_->params.empty() || info_->source != EventSource::SYSCALL || info_->enter)
        return false;
    if (info_->type == EventType::generic || !has(0)) return false;
    return true;
}

}  // namespace sensor
