// SPDX-License-Identifier: Apache-2.0
// Desk: where other threads ask the event thread for a snapshot. The event thread looks now and
// then (one load); nobody waits, and no figure is shared between threads.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "metrics/snapshot.hpp"

namespace sensor::metrics {

class Desk {
public:
    /// Called on the event thread; hands the snapshot on and returns at once.
    using Taker = std::function<void(std::shared_ptr<const Snapshot>)>;

    /// From any thread. Whoever asks before the event thread looks gets the same snapshot.
    /// fails: false if 64 are waiting, as they do where the event thread hangs; `taker` is let go
    bool ask(Taker taker);
    /// For the event thread, as often as it likes. cost: a load
    bool is_asked() const noexcept { return asked_.load(std::memory_order_acquire); }
    /// On the event thread: fills in one snapshot and gives it to all who asked.
    void serve(const std::function<void(Snapshot&)>& fill);

private:
    std::mutex mutex_;
    std::vector<Taker> takers_;
    std::atomic<bool> asked_{false};
};

}  // namespace sensor::metrics
