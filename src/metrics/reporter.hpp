// SPDX-License-Identifier: Apache-2.0
// Reporter: a snapshot every so often, for the alert, the file of JSON lines and the statistics of
// -s. Its thread does what takes time; the event thread only fills in what it is asked for.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <thread>

#include "metrics/desk.hpp"

namespace sensor::metrics {

class Reporter {
public:
    /// Called on the reporter's thread; may read files and write them.
    using Take = std::function<void(const Snapshot&)>;

    /// Asks the desk, which outlives it, every `interval` of the monotonic clock. Where the event
    /// thread takes longer, there is one snapshot when it is back, not one for each interval.
    Reporter(Desk& desk, std::chrono::milliseconds interval, Take take);
    /// Ends the thread; a snapshot that comes later is dropped.
    ~Reporter();
    Reporter(const Reporter&) = delete;
    Reporter& operator=(const Reporter&) = delete;

private:
    struct Inbox;

    void run(Desk& desk, std::chrono::milliseconds interval);

    const Take take_;
    const std::shared_ptr<Inbox> inbox_;  // shared with what waits at the desk
    std::thread thread_;
};

}  // namespace sensor::metrics
