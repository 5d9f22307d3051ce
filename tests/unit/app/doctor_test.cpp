// SPDX-License-Identifier: Apache-2.0
#include "app/doctor.hpp"

#include "output/json.hpp"
#include "tests/support/catch.hpp"

using namespace sensor;
using capture::Finding;
using State = Finding::State;

namespace {

const std::vector<Finding> kFindings = {
    {"kernel", "release", State::Good, "6.1 x86_64", "", ""},
    {"kernel", "lockdown", State::Missing, "confidentiality", "no memory", "boot without"},
    {"blind spots", "io_uring", State::Blind, "enabled", "not seen", "disable it"},
    {"blind spots", "old way", State::Unused, "there", "nothing needs it", "ignore it"},
};

}  // namespace

TEST_CASE("doctor: a paragraph an area, what follows and what to change") {
    CHECK(app::doctor_text(kFindings, false) == R"(kernel
  ok      release   6.1 x86_64
  missing lockdown  confidentiality
                    no memory
                    -> boot without

blind spots
  blind   io_uring  enabled
                    not seen
                    -> disable it
  unused  old way   there
                    nothing needs it

falco-ebpf cannot run here: 1 need
)");
    CHECK(app::doctor_text(kFindings, true).find("\x1b[1;31mmissing\x1b[0m") != std::string::npos);
    CHECK_FALSE(app::can_run(kFindings));
    const std::vector<Finding> fine{kFindings[0]}, blind{kFindings[0], kFindings[2]};
    CHECK(app::can_run(fine));
    CHECK(app::can_run(blind));
    CHECK(app::doctor_text(fine, false).ends_with("\nfalco-ebpf runs here\n"));
    CHECK(app::doctor_text(blind, false).ends_with("\nfalco-ebpf runs here, with 1 blind spot\n"));
}

TEST_CASE("doctor: the same as one JSON object") {
    const nlohmann::json whole = nlohmann::json::parse(app::doctor_json(kFindings));
    CHECK(whole["can_run"] == false);
    REQUIRE(whole["findings"].size() == 4);
    CHECK(whole["findings"][1].dump() ==
          R"({"area":"kernel","effect":"no memory","found":"confidentiality","name":"lockdown",)"
          R"("remedy":"boot without","state":"missing"})");
    CHECK(whole["findings"][0]["state"] == "ok");
}
