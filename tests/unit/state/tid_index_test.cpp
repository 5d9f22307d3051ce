// SPDX-License-Identifier: Apache-2.0
// The index from numbers to threads against a plain map, through growth and removals.
#include "state/tid_index.hpp"

#include <map>
#include <random>
#include <set>

#include "tests/support/catch.hpp"

using namespace sensor::state;

TEST_CASE("the thread index answers as a map does") {
    TidIndex index(20000);
    std::map<std::uint32_t, Thread*> expected;
    std::mt19937 engine(11);
    const auto random = [&] { return static_cast<std::uint32_t>(engine()); };
    for (int round = 0; round < 60000; ++round) {
        // Runs of neighbours, numbers all over, and what no kernel gives out.
        const std::uint32_t kind = random() % 8;
        const std::uint32_t tid = kind < 4   ? 1 + random() % 3000
                                  : kind < 7 ? random() % 4'200'000 / 1000 * 1000
                                             : 0xffffff00U + random() % 64;
        const auto known = expected.find(tid);
        if (known != expected.end()) {
            REQUIRE(index.find(tid) == known->second);
            if (random() % 2 == 0) continue;
            index.erase(*known->second);
            expected.erase(known);
        } else {
            REQUIRE(index.find(tid) == nullptr);
            Thread& thread = index.add(tid);
            REQUIRE(thread.tid == tid);
            thread.ptid = ~tid;
            expected[tid] = &thread;
        }
        REQUIRE(index.size() == expected.size());
    }
    for (const auto& [tid, thread] : expected) {
        REQUIRE(index.find(tid) == thread);
        REQUIRE(thread->ptid == ~tid);
    }
    CHECK(std::set<Thread*>(index.all().begin(), index.all().end()).size() == expected.size());
    index.clear();
    CHECK(index.size() == 0);
    CHECK(index.find(expected.begin()->first) == nullptr);
}
