// SPDX-License-Identifier: Apache-2.0
// Events of containers whose names come later: alerts wait for them, in order, within bounds.
#include "tests/unit/judge/world.hpp"

using namespace sensor;
using namespace sensor::testing;

namespace {

constexpr std::uint64_t kPatience = 1000 * kMs;
const std::string kPlain = "%evt.num %proc.name %fd.name";
const std::string kNames = kPlain + " %container.name %container.image.repository";

std::vector<std::string> messages(const World& world) {
    std::vector<std::string> all;
    for (const Raised& each : world.raised) all.push_back(each.message);
    return all;
}
using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("an alert that prints names waits for them") {
    Rules rules({"fd.name = /etc/shadow"}, kNames);
    World world(rules, false, kPatience);
    world.add(10, 2);
    world.handle(open_of(10, "/etc/shadow"), 7);
    CHECK(world.raised.empty());
    CHECK(world.deferral.stats().waiting == 1);
    world.state.learn(container_record(2));
    world.deferral.settle(kBegin + 20 * kMs);
    CHECK(messages(world) == Texts{"7 cat /etc/shadow web example.org/web"});
    CHECK_FALSE(world.raised[0].incomplete);
    const judge::DeferralStats stats = world.deferral.stats();
    CHECK(stats.waiting == 0);
    CHECK(stats.waited == 1);
    CHECK(stats.waited_ns == 20 * kMs);
    CHECK(stats.longest_ns == 20 * kMs);
    CHECK(stats.alerts == 1);
    CHECK(stats.incomplete == 0);
}

TEST_CASE("the process may be gone by then") {
    Rules rules({"fd.name = /etc/shadow"}, kNames + " %proc.cmdline %user.uid %evt.args");
    World world(rules, false, kPatience);
    world.add(10, 2);
    world.handle(open_of(10, "/etc/shadow"), 1);
    HeadSpec head;
    head.tgid = 10;
    head.ts = kBegin + kMs;
    world.handle(make_event(EventType::procexit, {{"status", 0}}, head), 2);
    CHECK(world.state.find(10) == nullptr);
    world.state.learn(container_record(2));
    world.deferral.settle(kBegin + 2 * kMs);
    REQUIRE(world.raised.size() == 1);
    CHECK(world.raised[0].message.starts_with("1 cat /etc/shadow web example.org/web cat 0 fd=3"));
}

TEST_CASE("an alert without names does not wait, but never overtakes") {
    Rules rules({"fd.name = /one", "fd.name = /two and container.name = web"}, kPlain);
    World world(rules, false, kPatience);
    world.add(10, 2);
    world.handle(open_of(10, "/one"), 1);
    CHECK(messages(world) == Texts{"1 cat /one"});
    world.handle(open_of(10, "/two"), 2);
    world.handle(open_of(10, "/one"), 3);
    CHECK(world.raised.size() == 1);
    world.state.learn(container_record(2));
    world.deferral.settle(kBegin);
    CHECK(messages(world) == Texts{"1 cat /one", "2 cat /two", "3 cat /one"});
}

TEST_CASE("other containers and the host do not wait") {
    Rules rules({"fd.name startswith /"}, kNames);
    World world(rules, false, kPatience);
    world.state.learn(container_record(3));
    world.add(10, 2);
    world.add(11, 3);
    world.add(12, 0);
    world.handle(open_of(10, "/a"), 1);
    world.handle(open_of(11, "/a"), 2);
    world.handle(open_of(12, "/a"), 3);
    CHECK(messages(world) == Texts{"2 cat /a cat <NA>", "3 cat /a host <NA>"});
}

TEST_CASE("what hangs on names is decided when they come") {
    const std::string condition =
        GENERATE(as<std::string>{}, "container.image.repository = example.org/web",
                 "not container.privileged = true", "container.name != val(proc.name)",
                 "toupper(container.name) = WEB", "k8s.pod.name exists and proc.name = cat",
                 "container.label[app] = web", "container.mount.dest[/etc] = /host/etc");
    Rules rules({"fd.name = /a and " + condition, "fd.name = /a and not (" + condition + ")"},
                kPlain);
    World world(rules, false, kPatience);
    world.add(10, 2);
    world.handle(open_of(10, "/a"), 1);
    world.handle(open_of(10, "/b"), 2);
    CHECK(world.raised.empty());
    CHECK(world.deferral.stats().waiting == 1);
    world.state.learn(container_record(2));
    world.deferral.settle(kBegin);
    REQUIRE(world.raised.size() == 1);
    CHECK(world.raised[0].rule == "0");
    CHECK(world.deferral.stats().dropped == 0);
}

TEST_CASE("the first rule that holds wins, whenever that is known") {
    Rules rules({"container.name = db", "container.name = web", "fd.name = /a", "proc.name = cat"},
                kPlain);
    const bool all = GENERATE(false, true);
    World world(rules, all, kPatience);
    world.add(10, 2);
    world.handle(open_of(10, "/a"), 1);
    world.state.learn(container_record(2));
    world.deferral.settle(kBegin);
    std::string won;
    for (const Raised& each : world.raised) won += each.rule;
    CHECK(won == (all ? "123" : "1"));
    CHECK(world.deferral.stats().dropped == 1);
}

TEST_CASE("names for good are enough for what asks for no more, and come first") {
    Rules rules({"fd.name = /a", "fd.name = /b and container.image.repository = example.org/web",
                 "fd.name = /c and container.mount.dest[/etc] exists"},
                kNames);
    World world(rules, false, kPatience);
    world.add(10, 2);
    world.handle(open_of(10, "/a"), 1);
    world.state.learn(named_record(2));
    world.deferral.settle(kBegin);
    world.handle(open_of(10, "/b"), 2);
    const std::string names = " web example.org/web";
    CHECK(messages(world) == Texts{"1 cat /a" + names, "2 cat /b" + names});
    world.handle(open_of(10, "/c"), 3);
    world.handle(open_of(10, "/a"), 4);
    CHECK(world.raised.size() == 2);
    world.state.learn(container_record(2));
    world.deferral.settle(kBegin);
    CHECK(messages(world) ==
          Texts{"1 cat /a" + names, "2 cat /b" + names, "3 cat /c" + names, "4 cat /a" + names});
    CHECK(world.deferral.stats().incomplete == 0);
}

TEST_CASE("an alert lacks only what it asks for") {
    Rules rules({"fd.name = /a", "fd.name = /b and not container.privileged = true"}, kNames);
    World world(rules, false, kPatience);
    world.add(10, 2);
    world.state.learn(named_record(2));
    world.state.expire_containers(kBegin);
    world.handle(open_of(10, "/b"), 1);
    world.handle(open_of(10, "/a", kBegin + kPatience), 2);
    REQUIRE(world.raised.size() == 2);
    CHECK(world.raised[0].incomplete);
    CHECK_FALSE(world.raised[1].incomplete);
}

TEST_CASE("past the bound an alert goes without names, which follow") {
    Rules rules({"fd.name = /a and not container.name = db"}, kNames);
    World world(rules, false, kPatience);
    world.add(10, 2);
    world.state.expire_containers(kBegin);
    world.handle(open_of(10, "/a"), 1);
    world.handle(open_of(10, "/b", kBegin + kPatience), 2);
    CHECK(messages(world) == Texts{"1 cat /a <NA> <NA>"});
    CHECK(world.raised[0].incomplete);
    CHECK(world.deferral.stats().incomplete == 1);
    CHECK(world.deferral.stats().longest_ns == kPatience);
    // Of an alert after that.
    CHECK(world.deferral.note_if_incomplete(0, world.state.find(10)->container));
    CHECK(world.names.empty());
    world.state.learn(container_record(2));
    world.deferral.settle(kBegin + 2 * kPatience);
    REQUIRE(world.names.size() == 1);
    CHECK(world.names[0] == std::pair<std::string, std::uint64_t>("web", 2));
    CHECK(world.deferral.stats().followed_up == 1);
}

TEST_CASE("more than there is room for goes out before its time") {
    Rules rules({"fd.name startswith /"}, kNames);
    World world(rules, false, kPatience, {.most_events = 4, .most_bytes = 1 << 20});
    world.add(10, 2);
    for (std::uint64_t k = 1; k <= 10; ++k) world.handle(open_of(10, "/a"), k);
    CHECK(world.raised.size() == 6);
    CHECK(world.raised[5].number == 6);
    CHECK(world.deferral.stats().evicted == 6);
    CHECK(world.deferral.stats().incomplete == 6);
    world.state.learn(container_record(2));
    world.deferral.settle(kBegin);
    CHECK(world.raised.size() == 10);
    CHECK(world.raised[9].number == 10);
}

TEST_CASE("memory is bounded too") {
    Rules rules({"fd.name startswith /"}, kNames);
    World world(rules, false, kPatience, {.most_events = 1000, .most_bytes = 64 << 10});
    world.add(10, 2);
    for (std::uint64_t k = 1; k <= 100; ++k)
        world.handle(open_of(10, "/" + std::string(900, 'x')), k);
    CHECK(world.deferral.stats().waiting < 60);
    CHECK(world.deferral.stats().evicted > 40);
}

TEST_CASE("other rules take over: what waits is decided by the old ones") {
    Rules rules({"fd.name = /a"}, kNames);
    Rules next({"fd.name = /b"}, kPlain);
    World world(rules, false, kPatience);
    world.add(10, 2);
    world.handle(open_of(10, "/a"), 1);
    world.deferral.use(*next.engine, next.running, false, kBegin);
    CHECK(messages(world) == Texts{"1 cat /a <NA> <NA>"});
    CHECK(world.raised[0].incomplete);
}
