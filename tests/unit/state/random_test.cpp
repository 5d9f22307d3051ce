// SPDX-License-Identifier: Apache-2.0
// Random streams of events, in any order and with any numbers: the tables stay whole and bounded.
#include "state/state.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/random_events.hpp"

using namespace sensor;
using namespace sensor::testing;
using state::State;

namespace {

constexpr std::uint32_t kSeed = 20261122;

}  // namespace

TEST_CASE("random events leave the tables whole") {
    INFO("seed " << kSeed);
    state::Options options;
    options.live = false;
    options.max_threads = 24;
    options.max_fds = 5;
    State state(options);
    RandomEvents stream(kSeed);
    for (int step = 0; step < 60'000; ++step) {
        const TestEvent event = stream.next();
        const state::Bound bound = state.begin(event.event());
        if (bound.thread != nullptr) {
            REQUIRE(state.find(bound.thread->tid) == bound.thread);
            REQUIRE(bound.thread->image);
        }
        state.end(event.event());
        if (step % 50 != 0) continue;
        REQUIRE(state.stats().threads <= 25);
        for (std::uint32_t tid = 0; tid < kRandomThreads; ++tid) {
            const state::Thread* thread = state.find(tid);
            if (thread == nullptr) continue;
            REQUIRE(thread->tid == tid);
            REQUIRE(thread->leader != nullptr);
            REQUIRE(state.find(thread->leader->tid) == thread->leader);
            std::uint32_t members = 0;
            const state::Thread* member = thread;
            do {
                REQUIRE(member->leader == thread->leader);
                REQUIRE(++members <= 25);
                member = member->next_member;
            } while (member != thread);
            for (const state::Thread* child = thread->first_child; child != nullptr;
                 child = child->next_sibling) {
                REQUIRE(child->linked);
                REQUIRE(child->ptid == tid);
            }
            if (thread->leader->fds) REQUIRE(thread->leader->fds->size() <= 5);
        }
    }
}
