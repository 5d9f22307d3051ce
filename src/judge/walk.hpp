// SPDX-License-Identifier: Apache-2.0
// EventWalk: records one after the other through the state. Between `begin` and `end` of the state
// the caller looks at the event: one engine, several, or none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "fields/context.hpp"
#include "state/state.hpp"

namespace sensor::judge {

class EventWalk {
public:
    explicit EventWalk(state::State& state) : state_(state) {}

    /// One record, start to end.
    /// in:   `number` for evt.num; `wanted` false: only the state learns of it
    /// calls look(context) once, for a wanted event that is one for rules
    /// cost: no allocation of its own
    template <typename Look>
    void step(std::span<const std::byte> record, std::uint64_t number, bool wanted, Look&& look) {
        const Event event = Event::view(record);
        if (!event.valid()) {
            ++bad_records_;
            return;
        }
        if ((event.head().flags & REC_F_STATE) != 0) return state_.learn_file(event);
        arena_.reset();
        fields::Context context;
        context.event = event;
        context.evt_num = number;
        if (first_ts_ns_ == 0) first_ts_ns_ = event.ts_ns();
        context.first_ts_ns = first_ts_ns_;
        context.previous_ts_ns = last_ts_ns_;
        context.arena = &arena_;
        state_.begin(event, context);
        if (wanted && event.info().for_rules) {
            ++events_;
            look(static_cast<const fields::Context&>(context));
        }
        state_.end(event);
        last_ts_ns_ = event.ts_ns();
    }

    std::uint64_t events() const { return events_; }  ///< looked at
    std::uint64_t bad_records() const { return bad_records_; }
    std::uint64_t first_ts_ns() const { return first_ts_ns_; }
    std::uint64_t last_ts_ns() const { return last_ts_ns_; }

private:
    state::State& state_;
    fields::Arena arena_;
    std::uint64_t events_ = 0, bad_records_ = 0;
    std::uint64_t first_ts_ns_ = 0, last_ts_ns_ = 0;
};

}  // namespace sensor::judge
