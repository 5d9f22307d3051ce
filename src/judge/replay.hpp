// SPDX-License-Identifier: Apache-2.0
// Reading a capture file into the state and to whoever judges its events.
#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "capture/scap/scap_source.hpp"
#include "state/state.hpp"

namespace sensor::judge {

/// Settings of a state that a capture fills.
state::Options replay_state();

/// Receives one record, its number and whether it is for rules, or for the state only.
using ReplayFn = std::function<void(std::span<const std::byte>, std::uint64_t number, bool judge)>;

/// Reads a capture to its end, or until `stop` says so; it is asked after every few hundred events.
/// `state` starts from the file's tables.
/// fails: not a capture, or damaged; all events before the damage were handed over
Result<> replay_capture(capture::ScapSource& source, state::State& state, const ReplayFn& on_record,
                        const std::function<bool()>& stop);

}  // namespace sensor::judge
