// SPDX-License-Identifier: Apache-2.0
// An alert that went out without the names of its container says so in JSON, and only there.
#include "output/alert.hpp"

#include "tests/support/catch.hpp"

using namespace sensor;

TEST_CASE("an incomplete alert says so") {
    output::Alert alert;
    alert.ts_ns = 1'700'000'000'000'000'000;
    alert.rule = "r";
    alert.source = "syscall";
    alert.message = "m";
    alert.fields = nlohmann::json::object();
    output::AlertFormat how;
    const std::string text = output::to_line(alert, how);
    how.json = true;
    CHECK_FALSE(nlohmann::json::parse(output::to_line(alert, how)).contains("incomplete"));
    alert.incomplete = true;
    CHECK(nlohmann::json::parse(output::to_line(alert, how))["incomplete"] == true);
    how.json = false;
    CHECK(output::to_line(alert, how) == text);
}
