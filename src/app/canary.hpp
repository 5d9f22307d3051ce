// SPDX-License-Identifier: Apache-2.0
// Canary: a synthetic detection. Now and then a thread of the sensor ends, which the kernel
// reports; the event goes through rings, state, rules and the queue of alerts, and comes back here.
// If it does not, the sensor is not healthy, whatever else it says.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include "capture/kernel.hpp"

namespace sensor::app {

class Canary {
public:
    using Clock = std::chrono::steady_clock;

    Canary(capture::KernelSource& source, std::chrono::milliseconds every);

    /// Sends one if it is time to. Between events; may wait some 10 us for a thread.
    void look();
    /// It came out at the end of the queue of alerts; in any thread.
    void came_back() noexcept { back_.store(Clock::now(), std::memory_order_relaxed); }
    /// Did one come back lately? In any thread.
    bool is_healthy() const noexcept;

private:
    capture::KernelSource& source_;
    const std::chrono::milliseconds every_;
    Clock::time_point sent_{};
    std::atomic<Clock::time_point> back_{Clock::now()};
};

}  // namespace sensor::app
