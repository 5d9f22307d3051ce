// SPDX-License-Identifier: Apache-2.0
// Judging the events of a capture file as if they happened now. Called by sensor.cpp and dump.cpp.
#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "app/config.hpp"
#include "app/options.hpp"
#include "capture/scap/scap_source.hpp"
#include "engine/engine.hpp"
#include "rules/ruleset.hpp"
#include "state/state.hpp"

namespace sensor::app {

/// Settings of a state that a capture fills.
state::Options replay_state();

/// Receives one record, its number and whether it is for rules, or for the state only.
using ReplayFn = std::function<void(std::span<const std::byte>, std::uint64_t number, bool judge)>;

/// Reads a capture to its end, or until a signal or until `stop` says so. `state` starts from the
/// file's tables. Shows its progress where standard error is a terminal, and says at the end what
/// could not be read.
/// fails: not a capture, or damaged; all events before the damage were handed over
Result<> read_capture(capture::ScapSource& source, state::State& state, const ReplayFn& on_record,
                      const std::function<bool()>& stop);

/// Judges a capture's events, prints the counts.
Result<> replay(const Options& options, const Config& config, const rules::RuleSet& ruleset,
                engine::Engine& engine);

}  // namespace sensor::app
