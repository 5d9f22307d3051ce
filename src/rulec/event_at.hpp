// SPDX-License-Identifier: Apache-2.0
// The one event that is explained: given on the command line, or the one of a number in a capture,
// with the state that all events before it left.
#pragma once

#include <functional>
#include <string>

#include "base/result.hpp"
#include "fields/context.hpp"

namespace sensor::rulec {

struct EventChoice {
    std::string event;    ///< JSON or YAML; "@FILE", or "-" or "@-" for standard input
    std::string capture;  ///< path
    std::uint64_t number = 0;

    bool any() const { return !event.empty() || !capture.empty(); }
};

/// Calls look(context) once, while the event is bound to the state.
/// fails: Error if the event is badly written, the capture cannot be read or has no such event
Result<> at_event(const EventChoice& choice,
                  const std::function<void(const fields::Context&)>& look);

}  // namespace sensor::rulec
