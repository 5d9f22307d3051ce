// SPDX-License-Identifier: Apache-2.0
// Judging the events of a capture file as if they happened now. Called by sensor.cpp and dump.cpp.
#pragma once

#include <functional>

#include "app/generation.hpp"
#include "app/options.hpp"
#include "engine/engine.hpp"
#include "judge/replay.hpp"
#include "rules/ruleset.hpp"

namespace sensor::app {

/// Reads a capture to its end, or until a signal or until `stop` says so. `state` starts from the
/// file's tables. Shows its progress where standard error is a terminal, and says at the end what
/// could not be read.
/// fails: not a capture, or damaged; all events before the damage were handed over
Result<> read_capture(capture::ScapSource& source, state::State& state,
                      const judge::ReplayFn& on_record, const std::function<bool()>& stop);

/// Judges a capture's events, prints the counts.
Result<> replay(const Options& options, std::unique_ptr<Generation> generation);

}  // namespace sensor::app
