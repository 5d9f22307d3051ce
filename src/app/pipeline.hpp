// SPDX-License-Identifier: Apache-2.0
// Pipeline: records in, alerts out. Borrows everything.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "judge/judge.hpp"
#include "output/dispatch.hpp"
#include "rules/ruleset.hpp"

namespace sensor::app {

class Pipeline {
public:
    Pipeline(const rules::RunningRules& running, engine::Engine& engine, state::State& state,
             output::Dispatcher& dispatcher, bool match_all, bool buffers_base64);

    /// One record, start to end. cost: no allocation unless a rule fires
    /// number: evt.num; wanted: false: only the state learns of it
    void handle(std::span<const std::byte> record, std::uint64_t number, bool wanted);

    /// Called with every judged event from now on.
    void after_each(std::function<void(const fields::Context&)> look) { look_ = std::move(look); }

    std::uint64_t events() const { return judge_.events(); }  ///< judged
    std::uint64_t bad_records() const { return judge_.bad_records(); }
    const std::vector<std::uint64_t>& rule_hits() const { return rule_hits_; }
    /// Judged, by event code.
    const std::array<std::uint64_t, REC_MAX_EVENTS>& by_event() const { return by_event_; }
    std::uint64_t first_ts_ns() const { return judge_.first_ts_ns(); }
    std::uint64_t last_ts_ns() const { return judge_.last_ts_ns(); }
    /// Event time that has passed.
    std::uint64_t elapsed_ns() const { return judge_.last_ts_ns() - judge_.first_ts_ns(); }

private:
    void alert(std::uint32_t k, const fields::Context& context);

    const rules::RunningRules& running_;
    output::Dispatcher& dispatcher_;
    const bool buffers_base64_;
    judge::Judge judge_;
    std::function<void(const fields::Context&)> look_;
    std::vector<std::uint64_t> rule_hits_;  // by rule
    std::array<std::uint64_t, REC_MAX_EVENTS> by_event_{};
};

}  // namespace sensor::app
