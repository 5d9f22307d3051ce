// SPDX-License-Identifier: Apache-2.0
// Snapshots at intervals, whatever the event thread does meanwhile.
#include "metrics/reporter.hpp"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <stdexcept>

#include "tests/support/catch.hpp"

namespace {

using namespace sensor::metrics;
using namespace std::chrono_literals;

/// Waits until something has become so many.
class Counter {
public:
    void add() {
        const std::lock_guard lock(mutex_);
        ++count_;
        wake_.notify_all();
    }
    void await(int count) {
        std::unique_lock lock(mutex_);
        REQUIRE(wake_.wait_for(lock, 20s, [&] { return count_ >= count; }));
    }
    int count() {
        const std::lock_guard lock(mutex_);
        return count_;
    }

private:
    std::mutex mutex_;
    std::condition_variable wake_;
    int count_ = 0;
};

/// Serves the desk as the event thread does.
class Events {
public:
    explicit Events(Desk& desk) {
        thread_ = std::thread([this, &desk] {
            while (!end_) {
                if (desk.is_asked())
                    desk.serve([this](Snapshot& snapshot) { snapshot.judged = ++served_; });
                std::this_thread::sleep_for(1ms);
            }
        });
    }
    ~Events() {
        end_ = true;
        thread_.join();
    }
    Events(const Events&) = delete;
    Events& operator=(const Events&) = delete;

private:
    std::uint64_t served_ = 0;
    std::atomic<bool> end_{false};
    std::thread thread_;
};

TEST_CASE("a snapshot for every interval, in order") {
    Desk desk;
    const Events events(desk);
    Counter taken;
    std::uint64_t last = 0;
    bool in_order = true;
    {
        const Reporter reporter(desk, 5ms, [&](const Snapshot& snapshot) {
            in_order = in_order && snapshot.judged == last + 1;
            last = snapshot.judged;
            taken.add();
        });
        taken.await(5);
    }
    CHECK(in_order);
    CHECK(last >= 5);
}

TEST_CASE("an event thread that hangs gives one snapshot when it is back") {
    Desk desk;
    Counter taken;
    const Reporter reporter(desk, 1ms, [&](const Snapshot&) { taken.add(); });
    while (!desk.is_asked()) std::this_thread::sleep_for(1ms);
    // Many intervals later there is still one question.
    std::this_thread::sleep_for(50ms);
    CHECK(taken.count() == 0);
    desk.serve([](Snapshot&) {});
    taken.await(1);
    while (!desk.is_asked()) std::this_thread::sleep_for(1ms);
    CHECK(taken.count() == 1);
}

TEST_CASE("a snapshot that fails is not the last") {
    Desk desk;
    const Events events(desk);
    Counter taken;
    const Reporter reporter(desk, 2ms, [&](const Snapshot&) {
        taken.add();
        throw std::runtime_error("as tests do");
    });
    taken.await(3);
}

TEST_CASE("it ends while it waits, and what comes later is dropped") {
    Desk desk;
    Counter taken;
    {
        const Reporter reporter(desk, 1ms, [&](const Snapshot&) { taken.add(); });
        while (!desk.is_asked()) std::this_thread::sleep_for(1ms);
    }
    desk.serve([](Snapshot&) {});
    CHECK(taken.count() == 0);
    {
        const Reporter idle(desk, std::chrono::hours(1), [&](const Snapshot&) { taken.add(); });
    }
    CHECK(taken.count() == 0);
}

}  // namespace
