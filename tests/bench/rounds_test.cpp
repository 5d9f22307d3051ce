// SPDX-License-Identifier: Apache-2.0
// The order of paired rounds, warm-up, failures, and when a machine counts as noisy.
#include "bench/rounds.hpp"

#include "tests/support/catch.hpp"

using namespace sensor;
using namespace sensor::bench;

namespace {

using Log = std::vector<std::string>;

class Recorded : public Variant {
public:
    Recorded(std::string name, Log& log, std::string fails_at = {})
        : Variant(std::move(name)), log_(log), fails_at_(std::move(fails_at)) {}

    Result<> enter() override { return note("enter"); }
    Result<> leave() override { return note("leave"); }

private:
    Result<> note(const std::string& what) {
        log_.push_back(what + " " + name());
        if (what == fails_at_) return Error("no");
        return Ok{};
    }

    Log& log_;
    std::string fails_at_;
};

Plan plan_of(Log& log, std::size_t rounds, std::size_t warmup, std::string b_fails_at = {}) {
    Plan plan;
    plan.rounds = rounds;
    plan.warmup = warmup;
    plan.variants.push_back(std::make_unique<Recorded>("a", log));
    plan.variants.push_back(std::make_unique<Recorded>("b", log, std::move(b_fails_at)));
    return plan;
}

Subject subject_of(std::string name, std::function<Result<std::vector<double>>(Variant&)> measure) {
    Subject subject;
    subject.name = std::move(name);
    subject.measure = std::move(measure);
    return subject;
}

}  // namespace

TEST_CASE("variants take turns in every round, warm-up is not kept") {
    Log log;
    Plan plan = plan_of(log, 2, 1);
    double next = 0;
    plan.subjects.push_back(subject_of("x", [&](Variant& v) -> Result<std::vector<double>> {
        log.push_back("measure " + v.name());
        return std::vector<double>{next++};
    }));
    const Result<std::vector<Series>> series = run_paired(plan);
    REQUIRE(series.has_value());
    const Log once{"enter a", "measure a", "leave a", "enter b", "measure b", "leave b"};
    Log thrice;
    for (int i = 0; i < 3; ++i) thrice.insert(thrice.end(), once.begin(), once.end());
    CHECK(log == thrice);
    REQUIRE((*series).size() == 2);
    CHECK((*series)[0].variant == "a");
    CHECK((*series)[0].rounds == std::vector<std::vector<double>>{{2}, {4}});
    CHECK((*series)[1].rounds == std::vector<std::vector<double>>{{3}, {5}});
}

TEST_CASE("samples land at their subject and variant") {
    Log log;
    Plan plan = plan_of(log, 1, 0);
    for (const char* name : {"x", "y"}) {
        plan.subjects.push_back(subject_of(name, [name](Variant& v) -> Result<std::vector<double>> {
            return std::vector<double>{name[0] * 1000.0 + v.name()[0]};
        }));
    }
    const Result<std::vector<Series>> series = run_paired(plan);
    REQUIRE(series.has_value());
    for (const Series& s : *series) {
        CHECK(s.rounds == std::vector<std::vector<double>>{{s.subject[0] * 1000.0 + s.variant[0]}});
    }
}

TEST_CASE("a failing subject ends the run, but its variant is left") {
    Log log;
    Plan plan = plan_of(log, 3, 0);
    plan.subjects.push_back(
        subject_of("x", [](Variant&) -> Result<std::vector<double>> { return Error("broken"); }));
    const Result<std::vector<Series>> series = run_paired(plan);
    REQUIRE_FALSE(series.has_value());
    CHECK(series.error().text == "x, variant a: broken");
    CHECK(log == Log{"enter a", "leave a"});
}

TEST_CASE("a variant that cannot be entered is not left; one that did not last fails") {
    Log log;
    CHECK(run_paired(plan_of(log, 1, 0, "enter")).error().text == "start, variant b: no");
    CHECK(log == Log{"enter a", "leave a", "enter b"});
    log.clear();
    CHECK(run_paired(plan_of(log, 1, 0, "leave")).error().text == "end, variant b: no");
}

TEST_CASE("only a baseline that wavers between rounds is called noisy") {
    Series calm{"calm", "bare", "ns", Better::Lower, {{100}, {101}, {100}, {102}}};
    Series wild{"wild", "bare", "ns", Better::Lower, {{100}, {150}, {100}, {180}}};
    Series live{"calm", "live", "ns", Better::Lower, {{100}, {150}, {100}, {180}}};
    const std::vector<std::string> warnings = noise_warnings({calm, wild, live}, "bare", 0.1);
    REQUIRE(warnings.size() == 1);
    CHECK(warnings[0].find("wild") != std::string::npos);
}
