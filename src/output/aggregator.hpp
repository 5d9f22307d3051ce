// SPDX-License-Identifier: Apache-2.0
// Aggregator: identical alerts of a window of time become one, which says how many they were and
// when the first and the last came. Held by the formatting thread between the queue of posted
// alerts and their formatting. Off unless the configuration gives a window.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>

#include "output/alert.hpp"

namespace sensor::output {

class Aggregator {
public:
    using Time = std::chrono::steady_clock::time_point;
    using Emit = std::function<void(Alert)>;

    explicit Aggregator(const AggregationOptions& options) : options_(options) {}

    /// Holds the alert until its window is over, or hands it on: those of the sensor itself, and
    /// all while as many different ones are held as may be. Identical are those with the same rule,
    /// source, priority and message; fields and tags are those of the first.
    void add(Alert alert, Time now, const Emit& emit);
    /// Hands on what has been held for a window; all: whatever is held
    void expire(Time now, bool all, const Emit& emit);
    /// When the next window is over.
    std::optional<Time> next() const;
    /// Alerts that became part of another.
    std::uint64_t merged() const { return merged_; }

private:
    struct Held {
        Alert alert;  // the first
        Time until{};
        std::uint64_t count = 1;
        std::uint64_t last_ns = 0;
    };

    const AggregationOptions options_;
    std::unordered_map<std::string, Held> held_;
    std::uint64_t merged_ = 0;
};

}  // namespace sensor::output
