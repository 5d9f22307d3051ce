// SPDX-License-Identifier: Apache-2.0
#include "output/dispatch.hpp"

#include <condition_variable>
#include <mutex>

#include "tests/support/catch.hpp"

namespace {

using namespace sensor;

struct Log {
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<std::string> lines;
    bool hold = false;  // the channel blocks while set
    bool held = false;  // it has begun to
    bool refuse = false;
};

class LogChannel final : public output::Channel {
public:
    explicit LogChannel(Log& log) : log_(log) {}
    std::string_view name() const override { return "log"; }
    Result<> send(std::string_view line, rules::Priority) override {
        std::unique_lock lock(log_.mutex);
        log_.held = true;
        log_.changed.notify_all();
        log_.changed.wait(lock, [this] { return !log_.hold; });
        if (log_.refuse) return Error("refused");
        log_.lines.emplace_back(line);
        return Ok{};
    }
    void flush() override {}

private:
    Log& log_;
};

std::unique_ptr<output::Dispatcher> make(Log& log, std::size_t capacity) {
    std::vector<std::unique_ptr<output::Channel>> channels;
    channels.push_back(std::make_unique<LogChannel>(log));
    return std::make_unique<output::Dispatcher>(output::AlertFormat{}, std::move(channels),
                                                capacity);
}

output::Alert alert(std::string message) {
    output::Alert made;
    made.message = std::move(message);
    made.source = "syscall";
    return made;
}

}  // namespace

TEST_CASE("everything posted is written in order before close returns") {
    Log log;
    const auto dispatcher = make(log, 1000);
    for (int k = 0; k < 500; ++k) dispatcher->post(alert(std::to_string(k)));
    dispatcher->close();
    REQUIRE(log.lines.size() == 500);
    CHECK(log.lines.front().ends_with("Emergency 0"));
    CHECK(log.lines.back().ends_with("Emergency 499"));
    CHECK(dispatcher->stats().sent == 500);
    CHECK(dispatcher->stats().dropped == 0);
}

TEST_CASE("a stuck channel never blocks the poster; what does not fit is counted") {
    Log log;
    log.hold = true;
    const auto dispatcher = make(log, 3);
    dispatcher->post(alert("first"));
    {
        std::unique_lock lock(log.mutex);
        log.changed.wait(lock, [&] { return log.held; });
    }
    for (int k = 0; k < 10; ++k) dispatcher->post(alert("more"));
    CHECK(dispatcher->stats().dropped == 7);
    {
        const std::lock_guard lock(log.mutex);
        log.hold = false;
    }
    log.changed.notify_all();
    dispatcher->close();
    CHECK(log.lines.size() == 4);
}

TEST_CASE("a channel that refuses is counted and does not stop the rest") {
    Log log;
    log.refuse = true;
    const auto dispatcher = make(log, 10);
    dispatcher->post(alert("a"));
    dispatcher->post(alert("b"));
    dispatcher->close();
    CHECK(dispatcher->stats().failed == 2);
    CHECK(dispatcher->stats().sent == 0);
}
