// SPDX-License-Identifier: Apache-2.0
#include "capture/gap_teller.hpp"

#include <map>
#include <string>
#include <utility>

#include "event/event.hpp"
#include "tests/support/catch.hpp"

using namespace sensor;
using capture::GapTeller;

namespace {

constexpr std::uint64_t kMs = 1'000'000;

/// A probe that counts losses, and the stream in which they are told.
struct Scene {
    std::map<std::pair<std::uint32_t, rec_lane>, capture::Losses> losses;
    GapTeller teller{2, [this](std::uint32_t cpu, rec_lane lane) { return losses[{cpu, lane}]; }};
    std::vector<std::string> told;  ///< "ns data"
    capture::RecordFn stream = [this](std::span<const std::byte> record) { take(record); };

    void take(std::span<const std::byte> record) {
        const Event event = Event::view(record);
        REQUIRE(event.valid());
        CHECK(event.type() == EventType::asyncevent);
        CHECK(event.text(1) == "sensor.gap");
        CHECK(event.head().tid == 0);
        told.push_back(std::to_string(event.ts_ns()) + " " + std::string(event.text(2)));
    }
    void hole(std::uint16_t cpu, std::uint64_t ts, std::uint8_t flags = 0) {
        rec_head next{};
        next.cpu = cpu;
        next.ts = ts;
        next.flags = flags;
        teller.hole(next, stream);
    }
};

}  // namespace

TEST_CASE("a gap is told where the events are missing, with its reasons") {
    Scene scene;
    scene.losses[{1, REC_LANE_BULK}].of(REC_CLASS_open, REC_LOSS_ring_full) = 5;
    scene.losses[{1, REC_LANE_BULK}].of(REC_CLASS_close, REC_LOSS_too_large) = 2;
    scene.losses[{1, REC_LANE_BULK}].of(REC_CLASS_open, REC_LOSS_read_fault) = 9;  // those came
    scene.hole(1, 77);
    REQUIRE(scene.told.size() == 1);
    CHECK(scene.told[0] ==
          R"(77 {"cpu": 1, "lane": "bulk", "lost": 7, )"
          R"("reasons": {"ring_full": 5, "too_large": 2}, "classes": {"open": 5, "close": 2}})");
    scene.hole(1, 78);  // nothing more was counted: who is missing was overtaken
    CHECK(scene.told.size() == 1);
    scene.losses[{1, REC_LANE_BULK}].of(REC_CLASS_open, REC_LOSS_ring_full) = 6;
    scene.hole(1, 79);
    REQUIRE(scene.told.size() == 2);
    CHECK(scene.told[1] == R"(79 {"cpu": 1, "lane": "bulk", "lost": 1, )"
                           R"("reasons": {"ring_full": 1}, "classes": {"open": 1}})");
    CHECK(scene.teller.told() == 8);
}

TEST_CASE("lanes and processors are apart") {
    Scene scene;
    scene.losses[{0, REC_LANE_CRITICAL}].of(REC_CLASS_open, REC_LOSS_ring_full) = 1;
    scene.hole(0, 10);
    scene.hole(1, 11, REC_F_CRITICAL);
    CHECK(scene.told.empty());
    scene.hole(0, 12, REC_F_CRITICAL);
    REQUIRE(scene.told.size() == 1);
    CHECK(scene.told[0].starts_with(R"(12 {"cpu": 0, "lane": "critical", "lost": 1,)"));
    scene.hole(9, 13);  // no such processor
    CHECK(scene.told.size() == 1);
}

TEST_CASE("a loss with nothing behind it is told after a while") {
    Scene scene;
    scene.teller.look(1000 * kMs, scene.stream);
    scene.losses[{0, REC_LANE_BULK}].of(REC_CLASS_open, REC_LOSS_no_scratch) = 3;  // leaves no hole
    scene.teller.look(1001 * kMs, scene.stream);
    scene.teller.look(1200 * kMs, scene.stream);
    CHECK(scene.told.empty());
    scene.teller.look(1201 * kMs, scene.stream);
    REQUIRE(scene.told.size() == 1);
    CHECK(scene.told[0] == std::to_string(1201 * kMs) +
                               R"( {"cpu": 0, "lane": "bulk", "lost": 3, )"
                               R"("reasons": {"no_scratch": 3}, "classes": {"open": 3}})");
    scene.teller.look(1500 * kMs, scene.stream);
    CHECK(scene.told.size() == 1);
    CHECK(scene.teller.told() == 3);
}
