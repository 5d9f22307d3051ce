// SPDX-License-Identifier: Apache-2.0
// How much is asked of a runtime at once, in which order, and how often.
#include <mutex>

#include "talk.hpp"

using namespace sensor;
using namespace sensor::runtimes;
using namespace sensor::runtimes::test;
using containers::Known;
using Kind = News::Kind;

TEST_CASE("a few dozen questions are under way at once, and what was announced comes first") {
    const TempFolder folder;
    std::mutex lock;
    std::vector<std::string> order;
    bool answers = false;
    StandIn server(folder / "s", [&](const std::string& target) {
        return docker(target, {}, [&](const std::string& id) {
            const std::lock_guard hold(lock);
            order.push_back(id);
            return answers ? answer(inspect_of(id)) : silence();
        });
    });
    const auto watcher = Watcher::start(only_docker(server.path()));
    REQUIRE(watcher.has_value());
    Reader reader(**watcher);
    const auto asked_for = [&] {
        const std::lock_guard hold(lock);
        return order.size();
    };
    for (int k = 0; k < 100; ++k) (*watcher)->ask(id_of(k), "docker", {});
    wait_until([&] { return asked_for() >= 32; });
    // Whoever hears of this has asked for all it wants to ask.
    wait_until([&] { return server.push("/events", event("create", id_of(200))); });
    reader.next(Kind::Record, id_of(200), Known::Local);
    CHECK(asked_for() == 32);
    {
        const std::lock_guard hold(lock);
        answers = true;
    }
    for (int k = 0; k < 100; ++k) server.push(id_of(k) + "/json", not_found().bytes);
    reader.next(Kind::Record, id_of(200));
    wait_until([&] { return (*watcher)->stats().answered == 100; });
    const std::lock_guard hold(lock);
    REQUIRE(order.size() > 32);
    CHECK(order[32] == id_of(200));
    CHECK((*watcher)->stats().gave_up == 0);
}

TEST_CASE("who does not know a container is asked again") {
    const TempFolder folder;
    StandIn server(folder / "s", [](const std::string& target) { return docker(target, {}); });
    const auto watcher = Watcher::start(only_docker(server.path(), 60'000));
    REQUIRE(watcher.has_value());
    (*watcher)->ask(id_of(1), "docker", {});
    wait_until([&] { return server.requests(id_of(1)) >= 4; });
}

TEST_CASE("who does not know a container is asked after longer and longer pauses") {
    const TempFolder folder;
    StandIn server(folder / "s", [](const std::string& target) { return docker(target, {}); });
    const auto watcher = Watcher::start(only_docker(server.path(), 1000));
    REQUIRE(watcher.has_value());
    Reader reader(**watcher);
    (*watcher)->ask(id_of(1), "docker", {});
    reader.next(Kind::GaveUp, id_of(1));
    // At 0, 20, 60, 140, 300, 620 and 940 ms, or later.
    CHECK(server.requests(id_of(1)) <= 7);
    CHECK(server.requests(id_of(1)) >= 1);
}
