// SPDX-License-Identifier: Apache-2.0
#include "output/queue.hpp"

#include <thread>

#include "tests/support/catch.hpp"
#include "tests/unit/output/fake_channel.hpp"

namespace {

using namespace sensor::output;

std::vector<std::string> take(LineQueue& queue, std::size_t reader, std::size_t lines = 1000) {
    std::vector<std::string> texts;
    for (const LinePtr& line : queue.take(reader, lines, SIZE_MAX)) texts.push_back(line->text);
    return texts;
}

using Texts = std::vector<std::string>;
constexpr std::size_t kAny = 1 << 20;

}  // namespace

TEST_CASE("each reader gets every line in order") {
    LineQueue queue({0, kAny}, 2);
    for (const char* text : {"a", "b", "c"}) queue.append(test_line(text));
    CHECK(take(queue, 0, 2) == Texts{"a", "b"});
    CHECK(take(queue, 0) == Texts{"c"});
    CHECK(queue.size().first == 3);  // the other reader has it all before it
    CHECK(take(queue, 1) == Texts{"a", "b", "c"});
    CHECK(queue.size() == std::pair<std::size_t, std::size_t>{0, 0});
    CHECK(take(queue, 0).empty());
}

TEST_CASE(
    "a full queue drops its oldest for those that have not taken it, and counts it for them") {
    LineQueue queue({3, kAny}, 2);
    queue.append(test_line("a"));
    queue.append(test_line("b"));
    CHECK(take(queue, 0) == Texts{"a", "b"});
    queue.set_reason(1, DropReason::SpoolFull);
    for (const char* text : {"c", "d", "e"}) queue.append(test_line(text));
    CHECK(take(queue, 0) == Texts{"c", "d", "e"});
    CHECK(take(queue, 1) == Texts{"c", "d", "e"});
    CHECK(queue.backlog(0).lost == DropCounts{});
    CHECK(queue.backlog(1).lost == DropCounts{0, 2, 0, 0, 0});
}

TEST_CASE("the queue is bounded by bytes too, but takes one line of any size") {
    LineQueue queue({0, 4096}, 1);
    for (int k = 0; k < 100; ++k) queue.append(test_line(std::string(500, 'x')));
    CHECK(queue.size().second <= 4096);
    queue.append(test_line(std::string(10000, 'y')));
    CHECK(take(queue, 0) == Texts{std::string(10000, 'y')});
    CHECK(queue.backlog(0).lost[0] == 100);
}

TEST_CASE("a take is bounded by bytes, but gets at least one") {
    LineQueue queue({0, kAny}, 1);
    for (int k = 0; k < 4; ++k) queue.append(test_line(std::string(1000, 'x')));
    CHECK(queue.take(0, 100, 10).size() == 1);
    CHECK(queue.take(0, 100, 3000).size() == 2);
}

TEST_CASE("a reader that lags by half of the queue is crowded, another is not") {
    LineQueue queue({10, kAny}, 2);
    for (int k = 0; k < 5; ++k) queue.append(test_line("x"));
    CHECK_FALSE(queue.is_crowded(0));
    (void)take(queue, 1, 2);
    queue.append(test_line("x"));
    CHECK(queue.is_crowded(0));
    CHECK_FALSE(queue.is_crowded(1));
}

TEST_CASE("while the spooler stores, the reader gets nothing newer; then it does") {
    LineQueue queue({0, kAny}, 1);
    queue.append(test_line("old"));
    CHECK(queue.begin_spill(0, kAny).size() == 1);
    queue.append(test_line("new"));
    CHECK(take(queue, 0).empty());
    CHECK_FALSE(queue.is_crowded(0));
    queue.end_spill(0);
    CHECK(queue.take(0, 1, kAny, [] { return true; }).empty());  // older ones wait elsewhere
    CHECK(take(queue, 0) == Texts{"new"});
}

TEST_CASE("a waiting reader wakes for a line, a poke, or the time") {
    LineQueue queue({0, kAny}, 1);
    std::thread adds([&] { queue.append(test_line("a")); });
    queue.wait(0, std::nullopt, true);
    CHECK(take(queue, 0) == Texts{"a"});
    adds.join();
    std::thread pokes([&] { queue.poke(0); });
    queue.wait(0, std::nullopt, true);
    pokes.join();
    queue.append(test_line("b"));
    queue.wait(0, std::chrono::steady_clock::now(), false);  // not for lines
    CHECK(take(queue, 0) == Texts{"b"});
}

TEST_CASE("waiting for room ends when a reader makes some") {
    LineQueue queue({1, kAny}, 1);
    queue.append(test_line("a"));
    CHECK_FALSE(queue.has_room());
    std::thread takes([&] { (void)take(queue, 0); });
    while (!queue.has_room())
        queue.wait_for_room(std::chrono::steady_clock::now() + std::chrono::seconds(1));
    takes.join();
}

TEST_CASE("without readers a queue keeps nothing") {
    LineQueue queue({0, kAny}, 0);
    queue.append(test_line("a"));
    CHECK(queue.size().first == 0);
}
