// SPDX-License-Identifier: Apache-2.0
// Judge: one event's way, in code. Borrows state and engine; owns only what one event needs.
//
//   record -> checked view -> state -> compiled rules -> on_match -> state again
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "engine/engine.hpp"
#include "judge/walk.hpp"
#include "output/render.hpp"

namespace sensor::judge {

class Judge {
public:
    /// all: find every condition that holds, else the first
    Judge(engine::Engine& engine, state::State& state, std::size_t conditions, bool all)
        : all_(all), walk_(state) {
        use(engine, conditions, all);
    }

    /// Judges from the next event on by another engine; the state goes on.
    void use(engine::Engine& engine, std::size_t conditions, bool all) {
        engine_ = &engine;
        all_ = all;
        matches_.resize(std::max<std::size_t>(1, all ? conditions : 1));
    }

    /// One record, start to end.
    /// in:   `number` for evt.num; `wanted` false: only the state learns of it
    /// calls on_match(context, indices of the conditions that hold) if any does
    /// cost: no allocation of its own
    /// and after_each(context) for every judged event
    template <typename OnMatch, typename AfterEach>
    void handle(std::span<const std::byte> record, std::uint64_t number, bool wanted,
                OnMatch&& on_match, AfterEach&& after_each) {
        handle(record, number, wanted, on_match, after_each,
               [](const fields::Context&) { return false; });
    }
    /// The same, where somebody may judge an event instead: before_each(context) says if it did.
    template <typename OnMatch, typename AfterEach, typename BeforeEach>
    void handle(std::span<const std::byte> record, std::uint64_t number, bool wanted,
                OnMatch&& on_match, AfterEach&& after_each, BeforeEach&& before_each) {
        walk_.step(record, number, wanted, [&](const fields::Context& context) {
            if (!before_each(context)) match(context, on_match);
            after_each(context);
        });
    }
    template <typename OnMatch>
    void handle(std::span<const std::byte> record, std::uint64_t number, bool wanted,
                OnMatch&& on_match) {
        handle(record, number, wanted, on_match, [](const fields::Context&) {});
    }

    engine::Engine& engine() { return *engine_; }
    std::uint64_t events() const { return walk_.events(); }  ///< judged
    std::uint64_t bad_records() const { return walk_.bad_records(); }
    std::uint64_t first_ts_ns() const { return walk_.first_ts_ns(); }
    std::uint64_t last_ts_ns() const { return walk_.last_ts_ns(); }

private:
    template <typename OnMatch>
    void match(const fields::Context& context, OnMatch&& on_match) {
        const std::size_t count = engine_->match(context, all_, matches_);
        if (count != 0) on_match(context, std::span(matches_).first(count));
    }

    engine::Engine* engine_ = nullptr;
    bool all_;
    EventWalk walk_;
    std::vector<std::uint32_t> matches_;
};

/// The values of the event at hand, for output formats.
class EngineTerms final : public output::TermSource {
public:
    explicit EngineTerms(engine::Engine& engine) : engine_(engine) {}
    Value term(std::uint32_t k) noexcept override { return engine_.term(k); }

private:
    engine::Engine& engine_;
};

}  // namespace sensor::judge
