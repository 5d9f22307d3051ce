// SPDX-License-Identifier: Apache-2.0
#include "metrics/reporter.hpp"

#include <pthread.h>
#include <signal.h>

#include <condition_variable>
#include <exception>
#include <mutex>
#include <utility>

#include "base/log.hpp"

namespace sensor::metrics {

struct Reporter::Inbox {
    std::mutex mutex;
    std::condition_variable wake;
    std::shared_ptr<const Snapshot> snapshot;
    bool ended = false;
};

Reporter::Reporter(Desk& desk, std::chrono::milliseconds interval, Take take)
    : take_(std::move(take)), inbox_(std::make_shared<Inbox>()) {
    // Signals are for the thread that asked for them.
    sigset_t all, before;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    thread_ = std::thread([this, &desk, interval] { run(desk, interval); });
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

Reporter::~Reporter() {
    {
        const std::lock_guard lock(inbox_->mutex);
        inbox_->ended = true;
    }
    inbox_->wake.notify_all();
    thread_.join();
}

void Reporter::run(Desk& desk, std::chrono::milliseconds interval) {
    ::pthread_setname_np(::pthread_self(), "metrics");
    using Clock = std::chrono::steady_clock;
    Clock::time_point next = Clock::now() + interval;
    bool asked = false;
    std::unique_lock lock(inbox_->mutex);
    while (!inbox_->ended) {
        inbox_->wake.wait_until(lock, next, [this] { return inbox_->ended || inbox_->snapshot; });
        const std::shared_ptr<const Snapshot> snapshot = std::exchange(inbox_->snapshot, nullptr);
        const Clock::time_point now = Clock::now();
        const bool is_due = now >= next;
        while (next <= now) next += interval;
        const bool ended = inbox_->ended;
        lock.unlock();
        if (snapshot && !ended) {
            asked = false;
            try {
                take_(*snapshot);
            } catch (const std::exception& failure) {
                log::error("Metrics: a snapshot failed: {}", failure.what());
            }
        }
        if (is_due && !asked && !ended) {
            asked = desk.ask([inbox = inbox_](std::shared_ptr<const Snapshot> come) {
                const std::lock_guard taken(inbox->mutex);
                inbox->snapshot = std::move(come);
                inbox->wake.notify_all();
            });
        }
        lock.lock();
    }
}

}  // namespace sensor::metrics
