// SPDX-License-Identifier: Apache-2.0
#include "app/interests.hpp"

#include <algorithm>

namespace sensor::app {
namespace {

constexpr std::uint32_t kMostThreads = 256;  // of a process that is looked at

/// Do OWN fields say the same of both threads of a process?
bool look_alike(const state::Thread& a, const state::Thread& b) {
    return a.comm() == b.comm() && a.image.get() == b.image.get() && a.uid == b.uid &&
           a.gid == b.gid && a.loginuid == b.loginuid && a.tty == b.tty && a.sid == b.sid &&
           a.container.get() == b.container.get() && view(a.cgroups) == view(b.cgroups) &&
           a.cap_inheritable == b.cap_inheritable && a.cap_permitted == b.cap_permitted &&
           a.cap_effective == b.cap_effective && a.known == b.known;
}

/// What is said of a process holds for all its threads.
bool speaks_for_all(const state::Thread& thread) {
    std::uint32_t count = 0;
    for (const state::Thread* other = thread.next_member; other != nullptr && other != &thread;
         other = other->next_member) {
        if (++count > kMostThreads || !look_alike(thread, *other)) return false;
    }
    return true;
}

}  // namespace

Interests::Interests(capture::KernelSource& source, engine::Engine& engine,
                     const state::State& state, const filter::KernelImage& image)
    : source_(source),
      engine_(engine),
      state_(state),
      facts_(state.voided_facts()),
      slots_(std::make_unique<Slot[]>(kSlots)) {
    for (const FilterRow& row : image.rows) droppable_.set(static_cast<std::size_t>(row.event));
    for (const std::uint8_t bit : image.bits) every_ |= std::uint64_t{1} << bit;
}

void Interests::tell(const fields::Context& context) noexcept {
    const rec_head& head = context.event.head();
    const state::Thread* const thread = context.thread;
    if (thread == nullptr || !thread->known || head.ns_tgid == 0 || !speaks_for_all(*thread))
        return;
    if (context.pending) {  // what its container's record says may want anything
        slots_[head.tgid % kSlots].events = kWorth - 1;
        return;
    }
    const std::uint64_t mask = engine_.interests();
    if (mask == every_) return;
    // If the kernel takes it not, the process is gone, or all of it goes on being reported.
    source_.set_interest({head.ns_tgid, head.start, head.cgroup, head.generation, mask});
}

void Interests::start_anew() noexcept {
    facts_ = state_.voided_facts();
    source_.void_interests();
    std::fill_n(slots_.get(), kSlots, Slot{});
}

}  // namespace sensor::app
