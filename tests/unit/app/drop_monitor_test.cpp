// SPDX-License-Identifier: Apache-2.0
#include "app/drop_monitor.hpp"

#include <vector>

#include "tests/support/catch.hpp"

using namespace sensor;
using app::DropMonitor;
using config::DropOptions;

namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;

/// A monitor, a source that loses events, and a clock of events.
struct Scene {
    explicit Scene(const DropOptions& options)
        : monitor(options, [this](output::Alert alert) { alerts.push_back(std::move(alert)); }) {
        step(0, 0);  // the first event starts the clock
    }
    /// A second later so many events have happened, and so many of them were lost.
    void step(std::uint64_t events, std::uint64_t lost, rec_loss reason = REC_LOSS_ring_full) {
        totals.attempted += events;
        totals.lost.of(REC_CLASS_open, reason) += lost;
        now += kSecond;
        REQUIRE(monitor.is_due(now));
        monitor.look(now, totals);
        CHECK_FALSE(monitor.is_due(now + kSecond - 1));
    }

    std::vector<output::Alert> alerts;
    DropMonitor monitor;
    capture::SourceStats totals;
    std::uint64_t now = 1000 * kSecond;
};

}  // namespace

TEST_CASE("any loss is alerted, unless the configuration has it otherwise") {
    Scene scene{DropOptions{}};
    scene.step(1000, 0);
    CHECK(scene.monitor.occurrences() == 0);
    CHECK(scene.alerts.empty());
    scene.step(1000, 1);
    scene.totals.lost.of(REC_CLASS_other_interest, REC_LOSS_too_large) += 2;
    CHECK(scene.monitor.occurrences() == 1);
    CHECK(scene.monitor.actions() == 1);
    REQUIRE(scene.alerts.size() == 1);
    const output::Alert& alert = scene.alerts[0];
    CHECK(alert.rule == "Falco internal: syscall event drop");
    CHECK(alert.source == "internal");
    CHECK(alert.priority == rules::Priority::Debug);
    CHECK(alert.ts_ns == scene.now);
    CHECK(alert.message ==
          "Falco internal: syscall event drop. 1 system calls dropped in last second.");
    CHECK(alert.fields.dump() ==
          R"({"ebpf_enabled":"1","n_drops":"1","n_drops_buffer_clone_fork_exit":"0",)"
          R"("n_drops_buffer_close_exit":"0","n_drops_buffer_connect_exit":"0",)"
          R"("n_drops_buffer_dir_file_exit":"0","n_drops_buffer_execve_exit":"0",)"
          R"("n_drops_buffer_open_exit":"1","n_drops_buffer_other_interest_exit":"0",)"
          R"("n_drops_buffer_proc_exit":"0","n_drops_buffer_total":"1","n_drops_bug":"0",)"
          R"("n_drops_page_faults":"0","n_drops_scratch_map":"0","n_evts":"1000"})");
}

TEST_CASE("losses are counted by the peer's names") {
    DropOptions options;
    options.max_burst = 9;
    Scene scene{options};
    scene.step(10, 2, REC_LOSS_too_large);
    scene.step(10, 3, REC_LOSS_no_scratch);
    REQUIRE(scene.alerts.size() == 2);
    CHECK(scene.alerts[0].fields["n_drops_scratch_map"] == "2");
    CHECK(scene.alerts[1].fields["n_drops_scratch_map"] == "0");
    CHECK(scene.alerts[1].fields["n_drops_bug"] == "3");
    scene.step(10, 3, REC_LOSS_read_fault);  // came, without a parameter
    CHECK(scene.alerts.size() == 2);
}

TEST_CASE("a share of lost events may be fine") {
    DropOptions options;
    options.threshold = 0.1;
    options.max_burst = 9;
    Scene scene{options};
    scene.step(1000, 100);
    CHECK(scene.monitor.occurrences() == 0);
    scene.step(1000, 101);
    CHECK(scene.monitor.occurrences() == 1);
    scene.step(0, 1);  // the source does not say how many happened
    CHECK(scene.monitor.occurrences() == 2);
}

TEST_CASE("actions are limited, occurrences are not") {
    DropOptions options;
    options.rate = 0.25;
    options.max_burst = 2;
    Scene scene{options};
    for (int second = 0; second < 9; ++second) scene.step(10, 1);
    CHECK(scene.monitor.occurrences() == 9);
    CHECK(scene.monitor.actions() == 4);  // two at once, then one every four seconds
    CHECK(scene.alerts.size() == 4);
}

TEST_CASE("losses can be simulated") {
    DropOptions options;
    options.threshold = 0.5;
    options.max_burst = 100;
    options.simulate = true;
    Scene scene{options};
    for (int second = 0; second < 9; ++second) scene.step(1000, 0);
    CHECK(scene.monitor.occurrences() == 9);
    CHECK(scene.alerts.size() == 9);
    scene.monitor.look_last(scene.now, scene.totals);
    CHECK(scene.monitor.occurrences() == 9);
}

TEST_CASE("losses can end the sensor, or be no matter") {
    DropOptions options;
    options.exit = true;
    Scene ends{options};
    CHECK_FALSE(ends.monitor.must_exit());
    ends.step(10, 1);
    CHECK(ends.monitor.must_exit());
    options = {};
    options.log = options.alert = false;
    Scene ignores{options};
    ignores.step(10, 1);
    CHECK(ignores.monitor.actions() == 1);
    CHECK(ignores.alerts.empty());
    CHECK_FALSE(ignores.monitor.must_exit());
}

TEST_CASE("what was lost last is said as the sensor ends") {
    Scene scene{DropOptions{}};
    scene.totals.lost.of(REC_CLASS_other_interest, REC_LOSS_bad_record) = 1;
    scene.monitor.look_last(scene.now + 1, scene.totals);
    CHECK(scene.alerts.size() == 1);
    scene.monitor.look_last(scene.now + 2, scene.totals);
    CHECK(scene.alerts.size() == 1);
}
