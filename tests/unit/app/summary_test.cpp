// SPDX-License-Identifier: Apache-2.0
#include "app/summary.hpp"

#include "tests/support/catch.hpp"

namespace sensor::app {

TEST_CASE("events are listed by how often they happened, with what became of them") {
    std::array<std::uint64_t, REC_MAX_EVENTS> judged{};
    judged[static_cast<std::size_t>(EventType::execve)] = 7;
    judged[static_cast<std::size_t>(EventType::openat)] = 2;
    const std::string text = event_summary(judged, {{EventType::openat, 10, 30}});
    CHECK(text ==
          "Events                   happened       judged  no interest      no rule\n"
          "openat                         42            2           10           30\n"
          "execve                          7            7            0            0\n");
}

TEST_CASE("the summary says what the kernel dropped") {
    capture::SourceStats stats;
    stats.delivered = 5;
    stats.unwanted = 40;
    DropMonitor drops({}, [](output::Alert) {});
    CHECK(loss_summary(stats, drops, {}).find("dropped in the kernel: 40\n") != std::string::npos);
    stats.unwanted = 0;
    CHECK(loss_summary(stats, drops, {}).find("in the kernel") == std::string::npos);
}

}  // namespace sensor::app
