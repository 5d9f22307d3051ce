// SPDX-License-Identifier: Apache-2.0
#include "output/backoff.hpp"

#include <set>

#include "tests/support/catch.hpp"

using sensor::output::Backoff;

TEST_CASE("pauses double from a tenth of a second to half a minute, give or take a quarter") {
    Backoff backoff(1);
    double base = 100;
    for (int k = 0; k < 20; ++k) {
        const auto pause = static_cast<double>(backoff.next().count());
        CHECK(pause >= std::max(100.0, base * 0.74));
        CHECK(pause <= std::min(30000.0, base * 1.26));
        base = std::min(base * 2, 30000.0);
    }
    backoff.reset();
    CHECK(backoff.next().count() <= 125);
}

TEST_CASE("different sensors pause differently") {
    std::set<long> pauses;
    for (std::uint64_t seed = 1; seed < 50; ++seed) {
        Backoff backoff(seed * 1000003);
        for (int k = 0; k < 4; ++k) (void)backoff.next();
        pauses.insert(backoff.next().count());
    }
    CHECK(pauses.size() > 25);
}
