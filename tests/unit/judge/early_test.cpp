// SPDX-License-Identifier: Apache-2.0
// Three-valued judging is exact: whatever the rules and events, alerts are the same when the names
// of a container come later and when they were known from the start.
#include <random>

#include "tests/diff/random_condition.hpp"
#include "tests/support/random_events.hpp"
#include "tests/unit/judge/world.hpp"

using namespace sensor;
using namespace sensor::testing;

namespace {

constexpr std::uint32_t kSeed = 20261123;
constexpr std::size_t kRounds = 24, kBlocks = 30, kEvents = 40, kConditions = 60;
constexpr std::uint64_t kForEver = 1'000'000'000'000'000;
const std::string kOutput =
    "%evt.num %evt.type %proc.cmdline %proc.aname[1] %fd.name %user.name %container.id "
    "%container.name %container.mounts %container.labels %k8s.pod.name %container.privileged";

class Conditions {
public:
    explicit Conditions(std::uint64_t seed) : random_(seed), any_(seed, true) {}

    std::string next() {
        std::string text = part();
        for (std::size_t k = random_() % 4; k > 0; --k)
            text = "(" + text + (random_() % 2 == 0 ? " and " : " or ") + part() + ")";
        return text;
    }

private:
    std::string part() {
        static const std::vector<std::string> kLate = {
            "container.name = web",
            "container.name = val(proc.name)",
            "proc.name = val(container.name)",
            "container.image.repository exists",
            "toupper(container.name) in (WEB, DB)",
            "container.privileged = true",
            "container.mount.dest[/etc] startswith /host",
            "k8s.pod.name = pod",
            "container.label[app] = db",
            "container.type = docker",
            "container.id startswith 1",
            "proc.name in (cat, web)",
            "user.uid = 0",
        };
        const std::string text =
            random_() % 5 == 0 ? "(" + any_.next() + ")" : kLate[random_() % kLate.size()];
        return random_() % 3 == 0 ? "not " + text : text;
    }

    std::mt19937_64 random_;
    RandomCondition any_;
};

bool tells_of_users(EventType type) {
    return type == EventType::useradded || type == EventType::userdeleted ||
           type == EventType::groupadded || type == EventType::groupdeleted;
}

void add_container(World& world, std::uint32_t container) {
    for (std::uint32_t tid = 1; tid < kRandomThreads; tid += 2) {
        if (world.state.find(tid) != nullptr) continue;
        world.add(tid, container, tid % 3 == 0 ? "web" : "cat");
    }
}

void compare(std::uint32_t seed, bool all, std::uint64_t& waited) {
    INFO("seed " << seed << ", " << (all ? "all rules" : "first rule"));
    Conditions conditions(seed);
    std::vector<std::string> texts;
    while (texts.size() < kConditions) texts.push_back(conditions.next());
    Rules rules(texts, kOutput), same(texts, kOutput);
    World early(rules, all, kForEver), full(same, all, kForEver);
    RandomEvents events(seed);
    std::uint64_t number = 0;
    for (std::uint32_t block = 1; block <= kBlocks; ++block) {
        full.state.learn(container_record(block));
        add_container(early, block);
        add_container(full, block);
        for (std::size_t k = 0; k < kEvents; ++k) {
            // Its names come before the rest, in every other block before anything happens in it.
            if (k == (block % 2 == 0 ? 0 : kEvents / 2)) {
                early.state.learn(named_record(block));
                early.deferral.settle(kBegin);
            }
            const TestEvent event = events.next();
            // Names of users are late: those of the host are those of the time they are asked for.
            if (tells_of_users(event.event().type())) continue;
            early.handle(event, ++number);
            full.handle(event, number);
        }
        early.state.learn(container_record(block));
        early.deferral.settle(kBegin);
        const auto by_number = [](const Raised& a, const Raised& b) { return a.number < b.number; };
        std::stable_sort(early.raised.begin(), early.raised.end(), by_number);
        REQUIRE(early.raised.size() == full.raised.size());
        for (std::size_t k = 0; k < full.raised.size(); ++k) {
            INFO("event " << full.raised[k].number << ", rule "
                          << texts[std::stoul(full.raised[k].rule)]);
            REQUIRE(early.raised[k].number == full.raised[k].number);
            REQUIRE(early.raised[k].rule == full.raised[k].rule);
            REQUIRE(early.raised[k].message == full.raised[k].message);
        }
        early.raised.clear();
        full.raised.clear();
    }
    CHECK(full.deferral.stats().waited == 0);
    CHECK(early.deferral.stats().evicted == 0);
    waited += early.deferral.stats().waited;
}

}  // namespace

TEST_CASE("late names change no verdict") {
    std::uint64_t waited = 0;
    for (std::uint32_t round = 0; round < kRounds; ++round)
        compare(kSeed + round, round % 2 == 0, waited);
    CHECK(waited > 1000);
}
