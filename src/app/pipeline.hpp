// SPDX-License-Identifier: Apache-2.0
// Pipeline: records in, alerts out. Borrows everything.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "app/generation.hpp"
#include "app/recorder.hpp"
#include "judge/deferral.hpp"
#include "judge/judge.hpp"
#include "output/dispatch.hpp"

namespace sensor::app {

/// How often a rule was met, since the sensor started.
struct RuleHits {
    std::string rule;
    rules::Priority priority{};
    std::uint64_t count = 0;
};

class Pipeline {
public:
    Pipeline(const Generation& generation, state::State& state, output::Dispatcher& dispatcher);

    /// One record, start to end. cost: no allocation unless a rule fires
    /// number: evt.num; wanted: false: only the state learns of it
    void handle(std::span<const std::byte> record, std::uint64_t number, bool wanted);

    /// The same for nothing: rules judge, and raise no alert.
    void rehearse(std::span<const std::byte> record);

    /// From the next record on, by these rules; counts go on by the names of rules.
    void use(const Generation& generation);
    /// Alerts go there from now on.
    void use(output::Dispatcher& dispatcher) { dispatcher_ = &dispatcher; }

    /// Between events: alerts that waited for the names of their container and need not any more.
    /// now_ns: of the clock; of captures event time. cost: comparisons if there are none
    void settle(std::uint64_t now_ns);
    /// At the end: all that waits, with what is known.
    void settle_all(std::uint64_t now_ns) { deferral_.settle_all(now_ns); }
    judge::DeferralStats deferred() const noexcept { return deferral_.stats(); }

    /// Called with every judged event from now on; nullptr: no more.
    void after_each(std::function<void(const fields::Context&)> look) { look_ = std::move(look); }

    /// Is asked around every event from now on. Borrowed.
    void record_with(Recorder* recorder) { recorder_ = recorder; }

    std::uint64_t events() const { return judge_.events(); }  ///< judged
    std::uint64_t bad_records() const { return judge_.bad_records(); }
    /// By rule in use.
    std::span<const std::uint64_t> hits() const { return hits_; }
    /// Of the rules in use, in their order, then of those that were in use before.
    std::vector<RuleHits> rule_hits() const;
    /// Judged, by event code.
    const std::array<std::uint64_t, REC_MAX_EVENTS>& by_event() const { return by_event_; }
    std::uint64_t first_ts_ns() const { return judge_.first_ts_ns(); }
    std::uint64_t last_ts_ns() const { return judge_.last_ts_ns(); }
    /// Event time that has passed.
    std::uint64_t elapsed_ns() const { return judge_.last_ts_ns() - judge_.first_ts_ns(); }

private:
    void alert(std::uint32_t k, const fields::Context& context);
    void raise(const judge::LateAlert& which, output::TermSource& values);
    bool defer(const fields::Context& context);
    void follow_up(const state::Container& container, std::uint64_t alerts);
    std::uint64_t clock(std::uint64_t event_ns) const;

    const rules::RunningRules* running_ = nullptr;
    output::Dispatcher* dispatcher_;
    bool buffers_base64_ = false;
    bool follows_up_ = true;
    state::State* const state_;
    judge::Judge judge_;
    judge::Deferral deferral_;
    std::function<void(const fields::Context&)> look_;
    Recorder* recorder_ = nullptr;
    std::vector<std::uint64_t> hits_;  // by rule
    std::vector<RuleHits> past_;       // of rules that are no longer in use
    std::array<std::uint64_t, REC_MAX_EVENTS> by_event_{};
};

}  // namespace sensor::app
