// SPDX-License-Identifier: Apache-2.0
// Dispatcher: one bounded queue between detection and the output thread. Live, detection never
// waits: an alert that finds the queue full is dropped and counted. A replay waits instead.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "output/alert.hpp"
#include "output/channel.hpp"

namespace sensor::output {

struct DispatchStats {
    std::uint64_t sent = 0;     ///< lines given to channels
    std::uint64_t failed = 0;   ///< refused by a channel
    std::uint64_t dropped = 0;  ///< queue was full
};

enum class WhenFull { Drop, Wait };

class Dispatcher {
public:
    /// capacity: alerts that may wait, at least 1
    Dispatcher(AlertFormat how, std::vector<std::unique_ptr<Channel>> channels,
               std::size_t capacity, WhenFull when_full = WhenFull::Drop);
    ~Dispatcher();
    Dispatcher(const Dispatcher&) = delete;
    Dispatcher& operator=(const Dispatcher&) = delete;

    /// Hands an alert over; waits only if made so. Formatting happens on the output thread.
    void post(Alert alert);
    /// Waits until everything posted is written, then ends the thread. Safe to call twice.
    void close();
    DispatchStats stats() const;

private:
    void run();
    void write(const Alert& alert);

    const AlertFormat format_;
    const std::vector<std::unique_ptr<Channel>> channels_;
    const std::size_t capacity_;
    const WhenFull when_full_;
    mutable std::mutex mutex_;
    std::condition_variable wake_;  // something is queued, or the end
    std::condition_variable room_;  // the queue is not full any more
    std::deque<Alert> queue_;
    bool closing_ = false;
    std::atomic<std::uint64_t> sent_{0}, failed_{0}, dropped_{0};
    std::thread thread_;
};

}  // namespace sensor::output
