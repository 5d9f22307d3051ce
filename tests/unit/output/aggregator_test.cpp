// SPDX-License-Identifier: Apache-2.0
#include "output/aggregator.hpp"

#include "tests/support/catch.hpp"
#include "tests/unit/output/fake_channel.hpp"

namespace {

using namespace sensor::output;
using namespace std::chrono_literals;

struct Fixture {
    std::vector<Alert> out;
    Aggregator::Emit emit = [this](Alert alert) { out.push_back(std::move(alert)); };
    Aggregator::Time start{};

    static Alert at(std::uint64_t ts_ns, const std::string& message) {
        Alert alert = test_alert(message);
        alert.ts_ns = ts_ns;
        alert.fields = {{"proc.name", "cat"}};
        return alert;
    }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "off, each alert goes on at once") {
    Aggregator aggregator({0, 10});
    aggregator.add(at(1, "a"), start, emit);
    aggregator.add(at(2, "a"), start, emit);
    CHECK(out.size() == 2);
    CHECK_FALSE(aggregator.next());
}

TEST_CASE_METHOD(Fixture, "one alert at the end of the window tells count, first and last") {
    Aggregator aggregator({1000, 10});
    aggregator.add(at(5'000'000'000, "a"), start, emit);
    aggregator.add(at(7'000'000'000, "a"), start + 500ms, emit);
    aggregator.add(at(6'000'000'000, "a"), start + 900ms, emit);
    CHECK(out.empty());
    REQUIRE(aggregator.next());
    CHECK(*aggregator.next() == start + 1s);
    aggregator.expire(start + 999ms, false, emit);
    CHECK(out.empty());
    aggregator.expire(start + 1s, false, emit);
    REQUIRE(out.size() == 1);
    CHECK(out[0].ts_ns == 5'000'000'000);
    CHECK(out[0].message ==
          "a (alert.count=3 alert.first=1970-01-01T00:00:05.000000000+0000 "
          "alert.last=1970-01-01T00:00:07.000000000+0000)");
    CHECK(out[0].fields["proc.name"] == "cat");
    CHECK(out[0].fields["alert.count"] == 3);
    CHECK(out[0].fields["alert.first"] == 5'000'000'000);
    CHECK(out[0].fields["alert.last"] == 7'000'000'000);
    CHECK(aggregator.merged() == 2);
}

TEST_CASE_METHOD(Fixture, "a single alert stays as it was") {
    Aggregator aggregator({1000, 10});
    aggregator.add(at(5, "a"), start, emit);
    aggregator.expire(start, true, emit);
    REQUIRE(out.size() == 1);
    CHECK(out[0].message == "a");
    CHECK(out[0].fields.size() == 1);
}

TEST_CASE_METHOD(Fixture, "rule, source, priority and message tell alerts apart") {
    Aggregator aggregator({1000, 10});
    Alert alert = at(1, "a");
    aggregator.add(alert, start, emit);
    alert.rule = "Other";
    aggregator.add(alert, start, emit);
    alert.source = "k8s_audit";
    aggregator.add(alert, start, emit);
    alert.priority = sensor::rules::Priority::Error;
    aggregator.add(alert, start, emit);
    alert.message = "b";
    aggregator.add(alert, start, emit);
    aggregator.expire(start, true, emit);
    CHECK(out.size() == 5);
}

TEST_CASE_METHOD(Fixture, "internal alerts are never held, others not beyond the limit") {
    Aggregator aggregator({1000, 1});
    Alert own = at(1, "own");
    own.source = "internal";
    aggregator.add(own, start, emit);
    CHECK(out.size() == 1);
    aggregator.add(at(2, "a"), start, emit);
    aggregator.add(at(3, "b"), start, emit);
    CHECK(out.size() == 2);
    CHECK(out[1].message == "b");
    aggregator.add(at(4, "a"), start, emit);
    CHECK(aggregator.merged() == 1);
}
