// SPDX-License-Identifier: Apache-2.0
// Order statistics and the paired comparison.
#include "bench/stats.hpp"

#include "tests/support/catch.hpp"

using namespace sensor::bench;

namespace {

Series series_of(std::vector<std::vector<double>> rounds) {
    Series series;
    series.subject = "s";
    series.rounds = std::move(rounds);
    return series;
}

}  // namespace

TEST_CASE("percentiles interpolate between neighbours") {
    const std::vector<double> sorted{10, 20, 30, 40, 50};
    CHECK(percentile(sorted, 0) == 10);
    CHECK(percentile(sorted, 0.5) == 30);
    CHECK(percentile(sorted, 1) == 50);
    CHECK(percentile(sorted, 0.1) == Approx(14));
    CHECK(percentile(sorted, 2) == 50);
    CHECK(percentile({}, 0.5) == 0);
    CHECK(percentile(std::vector<double>{7}, 0.99) == 7);
}

TEST_CASE("a summary does not depend on the order of the samples") {
    const Summary s = summarize({5, 1, 4, 2, 3});
    CHECK(s.count == 5);
    CHECK(s.min == 1);
    CHECK(s.max == 5);
    CHECK(s.median == 3);
    CHECK(s.mad == 1);
    CHECK(s.p99 == Approx(4.96));
    CHECK(s.scatter() == Approx((4.6 - 1.4) / 3));
}

TEST_CASE("no samples give zeros, not a division by zero") {
    const Summary s = summarize({});
    CHECK(s.count == 0);
    CHECK(s.scatter() == 0);
    CHECK(compare(series_of({}), series_of({{1}})).rounds == 0);
}

TEST_CASE("one outlier moves neither median nor deviation") {
    const Summary s = summarize({100, 101, 102, 103, 100'000});
    CHECK(s.median == 102);
    CHECK(s.mad == 1);
}

TEST_CASE("pairing removes a drift that both variants share") {
    // The machine gets slower from round to round; the variant always adds 30.
    const Series bare = series_of({{100, 100}, {200, 200}, {400, 400}});
    const Series live = series_of({{130, 130}, {230, 230}, {430, 430}});
    const Comparison c = compare(bare, live);
    CHECK(c.rounds == 3);
    CHECK(c.by_median == 30);
    CHECK(c.by_min == 30);
    CHECK(c.low == 30);
    CHECK(c.high == 30);
    CHECK(c.ratio == Approx(0.15));
}

TEST_CASE("rounds that one side lacks are left out") {
    const Comparison c = compare(series_of({{10}, {10}, {10}}), series_of({{11}, {}}));
    CHECK(c.rounds == 1);
    CHECK(c.by_median == 1);
}
