// SPDX-License-Identifier: Apache-2.0
// Runner: the thread of one channel. Takes lines from the spool, then from the queue, in their
// order; sends them; tries again what failed, after pauses; counts what became of each. A call that
// never returns holds up nobody else: at the end its thread is left behind, and what it held is
// kept by the spool or counted.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <thread>

#include "base/fd.hpp"
#include "output/backoff.hpp"
#include "output/channel.hpp"
#include "output/queue.hpp"
#include "output/spool.hpp"

namespace sensor::output {

class Runner : public std::enable_shared_from_this<Runner> {
public:
    using Clock = std::chrono::steady_clock;
    using Ms = std::chrono::milliseconds;

    /// reader: its place in the queue. spool: may be null
    /// timeout: after so long without progress the channel is said to be stuck; also how long the
    /// end may take
    Runner(ChannelPtr channel, std::unique_ptr<Spool> spool, std::shared_ptr<LineQueue> queue,
           std::size_t reader, Ms timeout);

    void start();
    /// The channel's reopen() before its next call.
    void reopen();
    /// The end begins: what waits is sent as long as that works, until the time-out is over.
    void begin_close();
    /// Waits for the end. What is left goes to the spool, or is dropped and counted.
    void finish_close();

    /// Says, once, if a call makes no progress. For the formatting thread.
    void watch(Clock::time_point now);
    /// Has each call failed since longer than the time-out? A channel that only blocks is not away.
    bool is_away(Clock::time_point now) const;
    /// Is everything sent that was in the queue? For when nothing is added any more.
    bool is_idle() const;
    /// Stores the oldest lines of a channel that lags. For the spooler.
    /// out: were there any, and could they be stored?
    bool spill();

    ChannelStats stats() const;
    /// Dropped and refused lines that nobody has been told of.
    std::uint64_t losses() const;
    const std::string& name() const { return name_; }

private:
    struct Item {
        LinePtr line;
        std::uint64_t delivered_before = UINT64_MAX;  // by the channel, at its first "not now"
        int answers = 0;                              // "not now" while others got through
    };

    void run();
    bool step();
    bool fill();
    bool may_send_now();
    void send_some();
    std::vector<std::size_t> choose();
    void apply(const std::vector<std::size_t>& tried, const Sent& outcome);
    bool settle(Item& item, Verdict verdict);
    void note_refused(std::size_t count, const std::string& why);
    void note_failure(const Sent& outcome, Ms pause);
    void note_success();
    void say_error(const std::string& problem);
    Patience patience();
    bool wait_for_end();
    void keep_rest();
    std::size_t keep(std::span<const LinePtr> lines, bool in_front);
    void drop(std::span<const LinePtr> lines, DropReason reason);

    const std::string name_;
    const ChannelPtr channel_;
    const Traits traits_;
    const std::unique_ptr<Spool> spool_;
    const std::shared_ptr<LineQueue> queue_;
    const std::size_t reader_;
    const Ms timeout_;
    Fd stop_;  // an event descriptor

    // What the channel was given and is not settled. A thread that is left behind finds it taken.
    mutable std::mutex hand_;
    std::condition_variable end_;
    std::vector<Item> batch_;
    std::vector<LinePtr> returned_;  // by the channel's close()
    bool from_spool_ = false;
    bool abandoned_ = false, ended_ = false;

    // Of the thread.
    Backoff backoff_;
    std::size_t turn_ = 0;  // which line is tried, while all fail
    Clock::time_point not_before_{};
    Clock::time_point refused_said_{};
    std::uint64_t refused_unsaid_ = 0;
    bool last_try_ = false;

    bool stuck_said_ = false;  // of the formatting thread

    std::atomic<bool> closing_{false}, reopen_{false}, failing_{false}, waits_{false};
    std::atomic<Clock::time_point> close_end_{};
    std::atomic<std::int64_t> busy_since_{0};    // 0: no call
    std::atomic<std::int64_t> failed_since_{0};  // 0: the last call delivered
    std::atomic<std::uint64_t> delivered_{0}, refused_{0}, retries_{0}, quiet_losses_{0};
    std::array<std::atomic<std::uint64_t>, kDropReasons.size()> dropped_{};
    mutable std::mutex error_;
    std::string last_error_;
    std::thread thread_;
};

}  // namespace sensor::output
