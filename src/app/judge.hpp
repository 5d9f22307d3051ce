// SPDX-License-Identifier: Apache-2.0
// Judge: one event's way, in code. Borrows state and engine; owns only what one event needs.
//
//   record -> checked view -> state -> compiled rules -> on_match -> state again
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/engine.hpp"
#include "fields/context.hpp"
#include "output/render.hpp"
#include "state/state.hpp"

namespace sensor::app {

class Judge {
public:
    /// all: find every condition that holds, else the first
    Judge(engine::Engine& engine, state::State& state, std::size_t conditions, bool all)
        : engine_(engine),
          state_(state),
          all_(all),
          matches_(std::max<std::size_t>(1, all ? conditions : 1)) {}

    /// One record, start to end.
    /// in:   `number` for evt.num; `wanted` false: only the state learns of it
    /// calls on_match(context, indices of the conditions that hold) if any does
    /// cost: no allocation of its own
    template <typename OnMatch>
    void handle(std::span<const std::byte> record, std::uint64_t number, bool wanted,
                OnMatch&& on_match) {
        const Event event = Event::view(record);
        if (!event.valid()) {
            ++bad_records_;
            return;
        }
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
            const std::size_t count = engine_.match(context, all_, matches_);
            if (count != 0) on_match(context, std::span(matches_).first(count));
        }
        state_.end(event);
        last_ts_ns_ = event.ts_ns();
    }

    engine::Engine& engine() { return engine_; }
    std::uint64_t events() const { return events_; }  ///< judged
    std::uint64_t bad_records() const { return bad_records_; }
    std::uint64_t first_ts_ns() const { return first_ts_ns_; }
    std::uint64_t last_ts_ns() const { return last_ts_ns_; }

private:
    engine::Engine& engine_;
    state::State& state_;
    const bool all_;
    fields::Arena arena_;
    std::vector<std::uint32_t> matches_;
    std::uint64_t events_ = 0, bad_records_ = 0;
    std::uint64_t first_ts_ns_ = 0, last_ts_ns_ = 0;
};

/// The values of the event at hand, for output formats.
class EngineTerms final : public output::TermSource {
public:
    explicit EngineTerms(engine::Engine& engine) : engine_(engine) {}
    Value term(std::uint32_t k) noexcept override { return engine_.term(k); }

private:
    engine::Engine& engine_;
};

}  // namespace sensor::app
