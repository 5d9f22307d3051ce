// SPDX-License-Identifier: Apache-2.0
// Dispatcher: the way of alerts from detection to the channels. Live, detection never waits: an
// alert that finds the inbox full is dropped and counted. A replay waits instead.
//
//   post() -> inbox -> formatting thread: aggregation, rate, lines -> one queue -> a thread a
//   channel
//                                          the spooler: what a channel is too slow for -> its spool
//
// Threads: detection and others post; one formats and watches over the channels; one stores in
// spools; one a channel sends. Only the last two touch disks and networks.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "base/token_bucket.hpp"
#include "output/aggregator.hpp"
#include "output/channel.hpp"
#include "output/queue.hpp"
#include "output/runner.hpp"
#include "output/stats.hpp"

namespace sensor::output {

enum class WhenFull { Drop, Wait };

class Dispatcher {
public:
    /// Makes the channels that the options enable. One that cannot be made is left out, and the log
    /// says why; channels() tells how many there are.
    Dispatcher(const OutputOptions& options, WhenFull when_full);
    /// With channels that are made already; with none, alerts are formatted and lead nowhere.
    Dispatcher(const OutputOptions& options, std::vector<ChannelPtr> channels, WhenFull when_full);
    ~Dispatcher();
    Dispatcher(const Dispatcher&) = delete;
    Dispatcher& operator=(const Dispatcher&) = delete;

    std::size_t channels() const { return runners_.size(); }

    /// Hands an alert over; waits only if made so. From any thread. cost: one lock, held for as
    /// long as it takes to move the alert
    void post(Alert alert);
    /// Calls a function when everything posted before is formatted, on the formatting thread.
    void call_behind(std::function<void()> what);
    /// SIGUSR1: files are opened anew, programs started anew. Returns at once.
    void reopen();
    /// Sends what was posted, for output_timeout at most; the rest goes to the spools, or is
    /// dropped, counted, and said in the log. Ends the threads. Safe to call twice.
    void close();

    DispatchStats stats() const;

private:
    using Clock = std::chrono::steady_clock;

    void start(const OutputOptions& options, std::vector<ChannelPtr> channels);
    void format_all();
    bool next_batch(std::vector<Alert>& batch, std::vector<std::function<void()>>& calls);
    void look_after(Clock::time_point now);
    void emit(const Alert& alert);
    void append(LinePtr line);
    void tell_losses(Clock::time_point now);
    Alert loss_alert() const;
    void spool_all();
    bool is_drained() const;

    const AlertFormat format_;
    const WhenFull when_full_;
    const std::size_t inbox_lines_, inbox_bytes_;
    bool records_ = false;  // a channel wants OTLP records
    std::shared_ptr<LineQueue> queue_;
    std::vector<std::shared_ptr<Runner>> runners_;

    mutable std::mutex mutex_;
    std::condition_variable wake_;  // something is posted, or the end
    std::condition_variable room_;  // the inbox is not full any more
    std::vector<Alert> inbox_;
    std::vector<std::function<void()>> calls_;  // behind it
    std::size_t inbox_size_ = 0;                // in bytes
    bool closing_ = false;

    // Of the formatting thread.
    Aggregator aggregator_;
    TokenBucket bucket_;
    const bool limited_;
    std::uint64_t losses_told_ = 0;
    Clock::time_point told_{}, looked_{};

    std::atomic<bool> spooling_{true};
    std::atomic<std::uint64_t> posted_{0}, dropped_{0}, rate_limited_{0}, aggregated_{0};
    std::thread spooler_, formatter_;
};

}  // namespace sensor::output
