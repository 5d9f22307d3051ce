// SPDX-License-Identifier: Apache-2.0
#include "app/budget_watch.hpp"

#include <string>
#include <vector>

#include "event/make_record.hpp"
#include "judge/replay.hpp"
#include "tests/support/catch.hpp"

using namespace sensor;
using app::BudgetWatch;

namespace {

constexpr std::uint64_t kSecond = 1'000'000'000, kGroup = 77, kOther = 78;
constexpr const char* kContainer =
    "/docker/0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// A process in a container's control group, and a watch over budgets of 500 events a second.
struct Scene {
    Scene() {
        state::ProcessSpec process;
        process.tid = 5;
        process.cgroups = std::string("cpu=") + kContainer + '\0' + "memory=" + kContainer;
        state.add_process(process);
        HeadSpec head;
        head.tgid = 5;
        head.cgroup = kGroup;
        const auto record = make_record(EventType::close, {{"res", 0}, {"fd", 3}}, head, {});
        REQUIRE(record.has_value());
        state.begin(record->event());
        state.end(record->event());
    }
    void look(std::uint64_t second, std::vector<capture::CgroupExcess> over) {
        watch.look((1000 + second) * kSecond, over, state);
    }

    state::State state{judge::replay_state()};
    std::vector<output::Alert> alerts;
    BudgetWatch watch{500, [this](output::Alert alert) { alerts.push_back(std::move(alert)); }};
};

}  // namespace

TEST_CASE("a control group over its budget is named, with its container") {
    Scene scene;
    scene.look(0, {});
    CHECK(scene.alerts.empty());
    scene.look(1, {{kGroup, 40}});
    REQUIRE(scene.alerts.size() == 1);
    const output::Alert& alert = scene.alerts[0];
    CHECK(alert.rule == "Falco internal: cgroup over its event budget");
    CHECK(alert.source == "internal");
    CHECK(alert.priority == rules::Priority::Warning);
    CHECK(alert.ts_ns == 1001 * kSecond);
    CHECK(alert.message == "Falco internal: cgroup over its event budget. 40 events of cgroup " +
                               std::string(kContainer) +
                               " were dropped, 500 a second are allowed.");
    CHECK(alert.fields["container.id"] == "0123456789ab");
    CHECK(alert.fields["cgroup"] == kContainer);
    CHECK(alert.fields["cgroup.id"] == "77");
    CHECK(alert.fields["n_drops"] == "40");
    CHECK(alert.fields["budget"] == "500");
}

TEST_CASE("what goes on is said twice a minute, and all of it at the end") {
    Scene scene;
    scene.look(1, {{kGroup, 10}});
    scene.look(2, {{kGroup, 20}});
    scene.look(30, {{kGroup, 30}});
    CHECK(scene.alerts.size() == 1);
    scene.look(31, {{kGroup, 40}, {kOther, 5}});
    REQUIRE(scene.alerts.size() == 3);
    CHECK(scene.alerts[1].fields["n_drops"] == "30");
    CHECK(scene.alerts[2].fields["cgroup.id"] == "78");  // nobody in it is known
    CHECK(scene.alerts[2].fields["container.id"] == "host");
    scene.look(90, {{kGroup, 40}, {kOther, 5}});
    CHECK(scene.alerts.size() == 3);
    scene.watch.look(1091 * kSecond, {{kGroup, 41}, {kOther, 5}}, scene.state, true);
    REQUIRE(scene.alerts.size() == 4);
    CHECK(scene.alerts[3].fields["n_drops"] == "1");
}

TEST_CASE("a group the kernel forgot is counted anew") {
    Scene scene;
    scene.look(1, {{kGroup, 100}});
    scene.look(50, {});
    scene.look(100, {{kGroup, 7}});
    REQUIRE(scene.alerts.size() == 2);
    CHECK(scene.alerts[1].fields["n_drops"] == "7");
}
