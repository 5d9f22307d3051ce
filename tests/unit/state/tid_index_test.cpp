// SPDX-License-Identifier: Apache-2.0
// The index from numbers to threads against a plain map, through growth and removals.
#include "state/tid_index.hpp"

#include <map>
#include <random>

#include "state/thread.hpp"
#include "tests/support/catch.hpp"

using namespace sensor::state;

TEST_CASE("the thread index answers as a map does") {
    std::vector<Thread> threads(64);
    TidIndex index;
    std::map<std::uint32_t, Thread*> expected;
    std::mt19937 engine(11);
    const auto random = [&] { return static_cast<std::uint32_t>(engine()); };
    for (int round = 0; round < 60000; ++round) {
        // Runs of neighbours and numbers all over: both happen.
        const std::uint32_t tid =
            1 + (random() % 2 == 0 ? random() % 3000 : random() % 4'000'000 / 1000 * 1000);
        if (random() % 5 < 3) {
            if (expected.contains(tid)) continue;
            Thread* thread = &threads[tid % threads.size()];
            index.insert(tid, thread);
            expected[tid] = thread;
        } else {
            index.erase(tid);
            expected.erase(tid);
        }
        REQUIRE(index.size() == expected.size());
    }
    for (const auto& [tid, thread] : expected) REQUIRE(index.find(tid) == thread);
    for (std::uint32_t tid = 1; tid < 4000; ++tid)
        REQUIRE((index.find(tid) != nullptr) == expected.contains(tid));
    std::size_t filled = 0;
    for (const TidIndex::Slot& slot : index.slots()) filled += slot.thread != nullptr ? 1 : 0;
    CHECK(filled == expected.size());
}
