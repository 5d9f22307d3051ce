// SPDX-License-Identifier: Apache-2.0
// Session: state, rules and outputs around one source of events, live or replayed; prints the
// counts when it is over.
#pragma once

#include <functional>
#include <future>
#include <memory>
#include <vector>

#include "app/budget_watch.hpp"
#include "app/container_watch.hpp"
#include "app/drop_monitor.hpp"
#include "app/pipeline.hpp"
#include "app/summary.hpp"
#include "capture/source.hpp"

namespace sensor::app {

class Session {
public:
    /// starter: of the output program, borrowed; null: this process starts it
    Session(std::unique_ptr<Generation> generation, state::Options state,
            ProgramStarter* starter = nullptr);

    const Generation& generation() const { return *generation_; }
    engine::Engine& engine() { return *generation_->engine; }
    state::State& state() { return state_; }
    Pipeline& pipeline() { return pipeline_; }
    const state::State& state() const { return state_; }
    const Pipeline& pipeline() const { return pipeline_; }
    output::DispatchStats output_stats() const;
    /// What is asked of container runtimes for this session, for its figures. Borrowed.
    void watches_containers(const ContainerWatch& watch) { watch_ = &watch; }
    runtimes::WatcherStats container_watch() const {
        return watch_ != nullptr ? watch_->stats() : runtimes::WatcherStats{};
    }
    /// For what the sensor itself has to say; in any thread.
    void post(output::Alert alert) { dispatcher_->post(std::move(alert)); }
    /// Some channel could be made.
    bool has_output() const { return dispatcher_->channels() != 0; }
    /// SIGUSR1
    void reopen_outputs() { dispatcher_->reopen(); }
    /// The canary's event: through state and rules, which raise nothing, and the queue of alerts.
    /// behind: called at its end, in another thread
    void rehearse(std::span<const std::byte> record, std::function<void()> behind);

    /// Between two events: from the next on other rules and settings hold. State, counts and the
    /// outputs go on; outputs that are configured differently take over when the old ones are done.
    /// out: what was in use
    std::unique_ptr<Generation> adopt(std::unique_ptr<Generation> next);

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
    /// Records events to files: every one, if `trace` names a file, and those after alerts as the
    /// configuration says. To be called before the first event. fails: the trace cannot be created
    Result<> record(const std::string& trace);
    /// Every event has a reader: the kernel is to drop none.
    bool wants_all() const noexcept { return recorder_ != nullptr && recorder_->wants_all(); }
    RecordStats record_stats() const {
        return recorder_ == nullptr ? RecordStats{} : recorder_->stats();
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
    /// Up to then no event can come any more: of a replay the last event's time.
    std::uint64_t passed_ns() const;
    /// Where the sensor's own alerts go.
    std::function<void(output::Alert)> poster();

    ProgramStarter* const starter_;
    std::unique_ptr<Generation> generation_;
    state::State state_;
    /// Outputs that were configured differently before, and close.
    struct Closing {
        std::unique_ptr<output::Dispatcher> dispatcher;
        std::future<void> closed;
    };
    std::unique_ptr<output::Dispatcher> dispatcher_;
    std::vector<Closing> closing_;
    Pipeline pipeline_;
    DropMonitor drops_;
    BudgetWatch budgets_;
    std::unique_ptr<Recorder> recorder_;  ///< null: nothing is recorded
    const ContainerWatch* watch_ = nullptr;
    bool event_stats_ = false;
};

}  // namespace sensor::app
