// SPDX-License-Identifier: Apache-2.0
// Interests: tells the kernel what busy processes can still be wanted for, so that the rest of what
// they do is dropped there before it is read. Used by the pipeline of a live source.
#pragma once

#include <bitset>
#include <cstdint>
#include <memory>

#include "capture/kernel.hpp"
#include "engine/engine.hpp"
#include "state/state.hpp"

namespace sensor::app {

class Interests {
public:
    /// Borrows all. image: whose rows say which events can be dropped
    Interests(capture::KernelSource& source, engine::Engine& engine, const state::State& state,
              const filter::KernelImage& image);

    /// After an event was judged.
    /// cost: a few loads; once in kWorth events of a process its interests and three system calls
    void note(const fields::Context& context) noexcept {
        if (state_.voided_facts() != facts_) [[unlikely]]
            start_anew();
        if (!droppable_[context.event.head().type]) return;
        const rec_head& head = context.event.head();
        Slot& slot = slots_[head.tgid % kSlots];
        if (slot.tgid != head.tgid || slot.generation != head.generation ||
            slot.start_ns != head.start) {
            slot = {head.start, head.tgid, head.generation, 0};
        }
        if (++slot.events == kWorth) tell(context);
    }

private:
    static constexpr std::size_t kSlots = 16384;
    static constexpr std::uint32_t kWorth = 32;  // events of a process that are worth the calls
    struct Slot {
        std::uint64_t start_ns = 0;
        std::uint32_t tgid = 0, generation = 0, events = 0;
    };
    void tell(const fields::Context& context) noexcept;
    void start_anew() noexcept;

    capture::KernelSource& source_;
    engine::Engine& engine_;
    const state::State& state_;
    std::bitset<REC_MAX_EVENTS> droppable_;
    std::uint64_t every_ = filter::kAnyInterest;  // bits in use
    std::uint64_t facts_ = 0;
    std::unique_ptr<Slot[]> slots_;
};

}  // namespace sensor::app
