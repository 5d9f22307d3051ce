// SPDX-License-Identifier: Apache-2.0
// Session: state, rules and outputs around one source of events, live or replayed; prints the
// counts when it is over.
#pragma once

#include <functional>
#include <memory>

#include "app/budget_watch.hpp"
#include "app/drop_monitor.hpp"
#include "app/pipeline.hpp"
#include "app/summary.hpp"
#include "capture/source.hpp"
#include "config/config.hpp"

namespace sensor::app {

class Session {
public:
    /// Borrows rules and engine.
    Session(const config::Config& config, const rules::RunningRules& running,
            engine::Engine& engine, state::Options state);

    state::State& state() { return state_; }
    Pipeline& pipeline() { return pipeline_; }

    /// What is done now and then, between events: takes better machine code if there is some.
    void keep_house();
    /// One record of the source, and, when it is time to, what the source has lost. Nothing once
    /// the sensor must exit. See Pipeline::handle. cost: beside the pipeline's a comparison, once a
    /// second of event time a look at counters
    void handle(const capture::Source& source, std::span<const std::byte> record,
                std::uint64_t number, bool wanted) {
        if (must_exit()) return;
        pipeline_.handle(record, number, wanted);
        if (drops_.is_due(pipeline_.last_ts_ns())) look_at_losses(source);
    }
    /// At the end, what came by event is printed too.
    void print_event_stats() { event_stats_ = true; }
    /// The loss of events is to end the sensor.
    bool must_exit() const noexcept { return drops_.must_exit(); }
    /// Waits for the outputs and closes them; prints what was detected and what was lost.
    /// fails: Error if the sensor ended because events were lost
    Result<> finish(const capture::Source& source);

private:
    void look_at_losses(const capture::Source& source);
    /// Where the sensor's own alerts go.
    std::function<void(output::Alert)> poster();

    const rules::RunningRules& running_;
    engine::Engine& engine_;
    state::State state_;
    std::unique_ptr<output::Dispatcher> dispatcher_;
    Pipeline pipeline_;
    DropMonitor drops_;
    BudgetWatch budgets_;
    bool event_stats_ = false;
};

}  // namespace sensor::app
