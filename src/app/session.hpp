// SPDX-License-Identifier: Apache-2.0
// Session: state, rules and outputs around one source of events, live or replayed; prints the
// counts when it is over.
#pragma once

#include <memory>

#include "app/config.hpp"
#include "app/pipeline.hpp"
#include "app/summary.hpp"
#include "capture/source.hpp"

namespace sensor::app {

class Session {
public:
    /// Borrows rules and engine.
    Session(const Config& config, const rules::RunningRules& running, engine::Engine& engine,
            state::Options state);

    state::State& state() { return state_; }
    Pipeline& pipeline() { return pipeline_; }

    /// What is done now and then, between events: takes better machine code if there is some.
    void keep_house();
    /// Waits for the outputs and closes them; prints what was detected and what was lost.
    void finish(const capture::SourceStats& source);

private:
    const rules::RunningRules& running_;
    engine::Engine& engine_;
    state::State state_;
    std::unique_ptr<output::Dispatcher> dispatcher_;
    Pipeline pipeline_;
};

}  // namespace sensor::app
