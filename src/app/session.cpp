// SPDX-License-Identifier: Apache-2.0
#include "app/session.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/start_memory.hpp"

namespace sensor::app {
namespace {

std::unique_ptr<output::Dispatcher> make_dispatcher(const config::Config& config,
                                                    ProgramStarter* starter) {
    output::OutputOptions outputs = config.outputs;
    if (outputs.standard)
        outputs.standard->colour = isatty(STDOUT_FILENO) == 1 && !outputs.format.json;
    if (outputs.program) outputs.program->starter = starter;
    return std::make_unique<output::Dispatcher>(
        outputs, config.capture_file.empty() ? output::WhenFull::Drop : output::WhenFull::Wait);
}

state::Options limited(state::Options state, const config::Config& config) {
    state.max_threads = config.threads.most;
    state.containers = container_options(config.containers, state.live);
    return state;
}

void print(const std::string& text, std::FILE* to) {
    std::fwrite(text.data(), 1, text.size(), to);
    std::fflush(to);
}

}  // namespace

Session::Session(std::unique_ptr<Generation> generation, state::Options state,
                 ProgramStarter* starter)
    : starter_(starter),
      generation_(std::move(generation)),
      state_(limited(std::move(state), generation_->config)),
      dispatcher_(make_dispatcher(generation_->config, starter_)),
      pipeline_(*generation_, state_, *dispatcher_),
      drops_(generation_->config.drops, poster()),
      budgets_(generation_->config.cgroup_budget, poster()) {}

std::unique_ptr<Generation> Session::adopt(std::unique_ptr<Generation> next) {
    const config::Config& config = next->config;
    if (config.outputs != generation_->config.outputs) {
        std::unique_ptr<output::Dispatcher> old = std::move(dispatcher_);
        dispatcher_ = make_dispatcher(config, starter_);
        pipeline_.use(*dispatcher_);
        output::Dispatcher* const closes = old.get();
        closing_.push_back(
            {std::move(old), std::async(std::launch::async, [closes] { closes->close(); })});
    }
    pipeline_.use(*next);
    if (config.containers != generation_->config.containers)
        state_.use(container_options(config.containers, state_.options().live));
    drops_.use(config.drops);
    budgets_.use(config.cgroup_budget);
    log::configure(config.log_level, config.outputs.format.iso8601,
                   {config.log_stderr, config.log_syslog});
    std::unique_ptr<Generation> old = std::exchange(generation_, std::move(next));
    static_cast<void>(record({}).has_value());  // without a trace it cannot fail
    return old;
}

std::function<void(output::Alert)> Session::poster() {
    return [this](output::Alert alert) { dispatcher_->post(std::move(alert)); };
}

// What closes still counts: its channels are listed behind those in use.
output::DispatchStats Session::output_stats() const {
    output::DispatchStats sum = dispatcher_->stats();
    for (const Closing& each : closing_) {
        const output::DispatchStats old = each.dispatcher->stats();
        sum.posted += old.posted;
        sum.sent += old.sent;
        sum.failed += old.failed;
        sum.dropped += old.dropped;
        sum.dropped_inbox += old.dropped_inbox;
        sum.rate_limited += old.rate_limited;
        sum.aggregated += old.aggregated;
        sum.channels.insert(sum.channels.end(), old.channels.begin(), old.channels.end());
    }
    return sum;
}

void Session::rehearse(std::span<const std::byte> record, std::function<void()> behind) {
    pipeline_.rehearse(record);
    dispatcher_->call_behind(std::move(behind));
}

Result<> Session::record(const std::string& trace) {
    const config::Config& config = generation_->config;
    if (recorder_ != nullptr) {
        recorder_->use(config.capture);
    } else if (config.capture.enabled || !trace.empty()) {
        recorder_ = std::make_unique<Recorder>(
            config.capture, !config.capture_file.empty(), [this] { return state_.tables(); },
            poster());
        pipeline_.record_with(recorder_.get());
    }
    return trace.empty() ? Result<>(Ok{}) : recorder_->trace(trace);
}

void Session::look_at_losses(const capture::Source& source) {
    const std::uint64_t now = pipeline_.last_ts_ns();
    drops_.look(now, source.stats());
    budgets_.look(now, source.over_budget(), state_);
}

std::uint64_t Session::passed_ns() const {
    constexpr std::uint64_t kOnItsWayNs = 1'000'000'000;  // longer than any event waits in a ring
    const std::uint64_t last = pipeline_.last_ts_ns();
    if (!generation_->config.capture_file.empty()) return last;
    return std::max(last, epoch_ns() - kOnItsWayNs);
}

void Session::keep_house() {
    pipeline_.settle(state_.options().live ? epoch_ns() : pipeline_.last_ts_ns());
    if (recorder_ != nullptr) recorder_->keep_house(passed_ns());
    const Result<bool> improved = engine().improve();
    if (!improved) {
        log::warning("rules stay {}: {}",
                     engine().native() ? "as they were compiled" : "interpreted",
                     improved.error().text);
    } else if (*improved) {
        release_start_memory();  // what reading the code took
        log::info("rules run {} bytes of {} machine code", engine().code_bytes(),
                  engine().is_compiling() ? "quickly made" : "optimized");
    }
}

Result<> Session::finish(const capture::Source& source) {
    const capture::SourceStats totals = source.stats();
    drops_.look_last(pipeline_.last_ts_ns(), totals);
    budgets_.look(pipeline_.last_ts_ns(), source.over_budget(), state_, true);
    pipeline_.settle_all(state_.options().live ? epoch_ns() : pipeline_.last_ts_ns());
    if (recorder_ != nullptr) recorder_->finish();
    dispatcher_->close();
    print(rule_summary(pipeline_.rule_hits()), stdout);
    print(deferral_summary(pipeline_.deferred()), stderr);
    if (event_stats_) print(event_summary(pipeline_.by_event(), source.unwanted()), stderr);
    for (const Closing& each : closing_) each.closed.wait();
    print(loss_summary(totals, drops_, output_stats()), stderr);
    if (drops_.must_exit()) return Error("Drop manager internal error");
    return Ok{};
}

}  // namespace sensor::app
