// SPDX-License-Identifier: Apache-2.0
#include "output/dispatch.hpp"

#include <algorithm>

#include "tests/support/catch.hpp"
#include "tests/unit/output/fake_channel.hpp"

namespace {

using namespace sensor;
using namespace sensor::output;
using namespace std::chrono_literals;

OutputOptions options_of() {
    OutputOptions options;
    options.spool.folder.clear();
    return options;
}

struct One {
    std::shared_ptr<FakeState> state = std::make_shared<FakeState>();
    std::unique_ptr<Dispatcher> dispatcher;

    explicit One(const OutputOptions& options, WhenFull when_full = WhenFull::Drop,
                 Traits traits = {}, bool blocks = false) {
        state->blocks = blocks;
        std::vector<ChannelPtr> channels;
        channels.push_back(std::make_unique<FakeChannel>(state, "fake", traits));
        dispatcher = std::make_unique<Dispatcher>(options, std::move(channels), when_full);
    }
    ChannelStats stats() const { return dispatcher->stats().channels.at(0); }
};

/// Waits for what another thread brings about; gives up after a minute, which fails the test.
bool comes(const std::function<bool()>& condition) {
    for (int k = 0; k < 12000; ++k) {
        if (condition()) return true;
        std::this_thread::sleep_for(5ms);
    }
    return false;
}

std::vector<std::string> numbers(std::size_t from, std::size_t to) {
    std::vector<std::string> list;
    for (std::size_t k = from; k < to; ++k) list.push_back(std::to_string(k));
    return list;
}

void post_numbers(Dispatcher& dispatcher, std::size_t from, std::size_t to) {
    for (std::size_t k = from; k < to; ++k) dispatcher.post(test_alert(std::to_string(k)));
}

std::vector<std::string> with_lines(FakeState& state) {
    const std::lock_guard lock(state.mutex);
    return messages(state.lines);
}

}  // namespace

TEST_CASE("everything posted is written in order before close returns") {
    One one(options_of());
    post_numbers(*one.dispatcher, 0, 500);
    one.dispatcher->close();
    CHECK(messages(one.state->lines) == numbers(0, 500));
    const DispatchStats stats = one.dispatcher->stats();
    CHECK(stats.posted == 500);
    CHECK(stats.sent == 500);
    CHECK(stats.dropped == 0);
    CHECK(stats.failed == 0);
}

TEST_CASE("a stuck channel never blocks the poster nor another channel; what is lost is counted") {
    OutputOptions options = options_of();
    options.queue_alerts = 100;
    const auto stuck = std::make_shared<FakeState>(), works = std::make_shared<FakeState>();
    stuck->hold = true;
    std::vector<ChannelPtr> channels;
    channels.push_back(std::make_unique<FakeChannel>(stuck, "stuck"));
    channels.push_back(std::make_unique<FakeChannel>(works, "works"));
    Dispatcher dispatcher(options, std::move(channels), WhenFull::Drop);
    for (std::size_t k = 0; k < 1000; ++k) {
        dispatcher.post(test_alert(std::to_string(k)));
        works->wait([&] { return works->lines.size() > k; });  // paced by the one that works
    }
    works->wait([&] {  // the alert about the loss, through the channel that works
        return std::any_of(works->lines.begin(), works->lines.end(), [](const std::string& line) {
            return line.find("Falco internal: outputs dropped") != std::string::npos &&
                   line.find("stuck.queue_full=") != std::string::npos;
        });
    });
    const DispatchStats before = dispatcher.stats();
    CHECK(before.channels[0].delivered == 0);
    CHECK(dropped(before.channels[0], DropReason::QueueFull) >= 898);
    CHECK(before.channels[1].delivered >= 1000);
    CHECK(before.channels[1].all_dropped() == 0);
    CHECK(before.queue_lines <= 100);
    stuck->set([&] { stuck->hold = false; });
    dispatcher.close();
    const ChannelStats after = dispatcher.stats().channels[0];
    CHECK(after.delivered == stuck->lines.size());
    const std::uint64_t told = dispatcher.stats().channels[1].delivered - 1000;
    CHECK(after.delivered + after.all_dropped() == 1000 + told);
    CHECK(told >= 1);
}

TEST_CASE("what a channel refuses is counted and told, and does not stop the rest") {
    One one(options_of());
    one.state->verdict = Verdict::Refused;
    post_numbers(*one.dispatcher, 0, 2);
    one.dispatcher->close();
    const std::uint64_t failed = one.dispatcher->stats().failed;
    CHECK((failed == 2 || failed == 3));  // perhaps also the alert that tells of them
    CHECK(one.stats().delivered == 0);
    CHECK(one.stats().last_error == "fake");
}

TEST_CASE("a channel that was away gets everything, in order") {
    One one(options_of());
    one.state->verdict = Verdict::NotSent;
    post_numbers(*one.dispatcher, 0, 50);
    one.state->wait([&] { return one.state->calls >= 3; });
    CHECK(one.stats().failing);
    CHECK(one.stats().retries >= 1);
    one.state->set([&] { one.state->verdict = Verdict::Delivered; });
    one.state->wait([&] { return one.state->lines.size() == 50; });
    CHECK(messages(one.state->lines) == numbers(0, 50));
    CHECK(comes([&] { return !one.stats().failing; }));
}

TEST_CASE(
    "a line that alone is never taken does not hold up the others, and is refused in the end") {
    One one(options_of(), WhenFull::Drop, {8, false, Form::Text});
    one.state->poison = " 13";
    post_numbers(*one.dispatcher, 0, 100);
    CHECK(comes([&] { return one.stats().refused == 1; }));
    one.dispatcher->close();
    CHECK(one.stats().delivered == 99);
}

TEST_CASE("what a lagging channel has not got goes to its spool and comes back in order") {
    const TestFolder folder;
    OutputOptions options = options_of();
    options.spool.folder = folder / "spool";
    options.queue_alerts = 64;
    One one(options);
    one.state->verdict = Verdict::NotSent;
    for (std::size_t k = 0; k < 2000; k += 20) {
        post_numbers(*one.dispatcher, k, k + 20);  // as fast as the spooler takes them
        CHECK(
            comes([&] { return one.dispatcher->stats().inbox == 0 && one.stats().waiting <= 40; }));
    }
    CHECK(one.stats().spooled > 1900);
    CHECK(one.stats().spool_bytes > 0);
    one.state->set([&] { one.state->verdict = Verdict::Delivered; });
    one.state->wait([&] { return one.state->lines.size() == 2000; });
    one.dispatcher->close();
    CHECK(messages(one.state->lines) == numbers(0, 2000));
    CHECK(one.stats().all_dropped() == 0);
    CHECK(one.stats().spool_waiting == 0);
}

TEST_CASE("what is left at the end waits in the spool for the next start, before anything newer") {
    const TestFolder folder;
    OutputOptions options = options_of();
    options.spool.folder = folder / "spool";
    options.timeout_ms = 100;
    {
        One one(options);
        one.state->verdict = Verdict::NotSent;
        post_numbers(*one.dispatcher, 0, 300);
        one.dispatcher->close();
        CHECK(one.stats().delivered == 0);
        CHECK(one.stats().all_dropped() == 0);
        CHECK(one.stats().spool_waiting == 300);
    }
    One one(options);
    post_numbers(*one.dispatcher, 300, 310);
    one.state->wait([&] { return one.state->lines.size() == 310; });
    CHECK(with_lines(*one.state) == numbers(0, 310));
}

TEST_CASE("outputs made anew, as by a reload, take over the spool once the old ones let go") {
    const TestFolder folder;
    OutputOptions options = options_of();
    options.spool.folder = folder / "spool";
    options.timeout_ms = 100;
    One kept(options);
    kept.state->verdict = Verdict::NotSent;
    post_numbers(*kept.dispatcher, 0, 10);
    kept.dispatcher->close();
    // Holds the spool, as the old outputs do until they are closed.
    One third(options, WhenFull::Drop, {}, true);
    One next(options);
    post_numbers(*next.dispatcher, 10, 11);
    next.state->wait([&] { return next.state->lines.size() == 1; });
    third.dispatcher->close();
    next.state->wait([&] { return next.state->lines.size() == 11; });
    CHECK(next.stats().all_dropped() == 0);
}

TEST_CASE("without a spool what is left at the end is dropped and counted") {
    OutputOptions options = options_of();
    options.timeout_ms = 50;
    One one(options);
    one.state->blocks = true;
    post_numbers(*one.dispatcher, 0, 30);
    one.dispatcher->close();
    CHECK(dropped(one.stats(), DropReason::AtEnd) == 30);
}

TEST_CASE("a call that never returns does not hold up the end") {
    const TestFolder folder;
    OutputOptions options = options_of();
    options.spool.folder = folder / "spool";
    options.timeout_ms = 50;
    One one(options);
    one.state->hold = true;
    post_numbers(*one.dispatcher, 0, 5);
    one.state->wait([&] { return one.state->held; });
    one.dispatcher->close();
    CHECK(one.stats().spool_waiting == 5);
    one.state->set([&] { one.state->hold = false; });  // its thread finds nothing in its hand
}

TEST_CASE("lines that a channel gives back at its end are kept before the others") {
    const TestFolder folder;
    OutputOptions options = options_of();
    options.spool.folder = folder / "spool";
    {
        One one(options);
        one.state->returned = {test_line("x: Warning 0")};
        post_numbers(*one.dispatcher, 0, 1);
        one.dispatcher->close();
        CHECK(one.stats().delivered == 0);
    }
    One one(options);
    one.state->wait([&] { return one.state->lines.size() == 1; });
    CHECK(one.state->lines[0] == "x: Warning 0");
}

TEST_CASE("a replay waits for its channel and loses nothing") {
    OutputOptions options = options_of();
    options.queue_alerts = 3;
    options.timeout_ms = 20;
    One one(options, WhenFull::Wait);
    one.state->hold = true;
    std::thread poster([&] { post_numbers(*one.dispatcher, 0, 100); });
    one.state->wait([&] { return one.state->held; });
    one.state->set([&] { one.state->hold = false; });
    poster.join();
    one.dispatcher->close();
    CHECK(messages(one.state->lines) == numbers(0, 100));
}

TEST_CASE("reopen reaches each channel between two calls") {
    One one(options_of());
    one.dispatcher->reopen();
    one.state->wait([&] { return one.state->reopened == 1; });
}

TEST_CASE("the rate skips what goes beyond the burst, but no internal alert") {
    OutputOptions options = options_of();
    options.rate = 0.001;
    options.max_burst = 1000;
    One one(options);
    post_numbers(*one.dispatcher, 0, 1001);
    Alert own = test_alert("own");
    own.source = "internal";
    one.dispatcher->post(own);
    one.dispatcher->close();
    CHECK(one.dispatcher->stats().rate_limited == 1);
    REQUIRE(one.state->lines.size() == 1001);
    CHECK(messages(one.state->lines)[999] == "999");
    CHECK(messages(one.state->lines)[1000] == "own");
}

TEST_CASE("identical alerts of a window become one") {
    OutputOptions options = options_of();
    options.aggregation.window_ms = 3600'000;
    One one(options);
    for (int k = 0; k < 5; ++k) one.dispatcher->post(test_alert("same"));
    one.dispatcher->post(test_alert("other"));
    one.dispatcher->close();
    CHECK(one.state->lines.size() == 2);
    CHECK(one.dispatcher->stats().aggregated == 4);
}

TEST_CASE("posting after the end is counted as dropped") {
    One one(options_of());
    one.dispatcher->close();
    one.dispatcher->post(test_alert("late"));
    one.dispatcher->close();
    CHECK(one.dispatcher->stats().dropped_inbox == 1);
}
