// SPDX-License-Identifier: Apache-2.0
// What the rule engine remembers of a process is right as long as the state says that nothing
// changed: in real captures and whatever events come.
#include "tests/support/steady_fields.hpp"

#include <cstdlib>
#include <filesystem>

#include "app/replay.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/random_events.hpp"

using namespace sensor;
using namespace sensor::testing;

namespace {

constexpr std::uint32_t kSeed = 20261122;

/// Reads a whole capture.
void watch(const std::string& path, SteadyFields& steady) {
    INFO(path);
    const auto source = capture::ScapSource::open(path);
    REQUIRE(source.has_value());
    state::State state(judge::replay_state());
    const Result<> read = app::read_capture(
        **source, state,
        [&](std::span<const std::byte> record, std::uint64_t number, bool) {
            fields::Context context;
            context.event = Event::view(record);
            context.evt_num = number;
            if (!context.event.valid()) return;
            state.begin(context.event, context);
            steady.look(context);
            state.end(context.event);
        },
        [] { return false; });
    CHECK(read.has_value());
    CHECK(steady.broken() == "");
}

}  // namespace

TEST_CASE("facts of our own captures") {
    SteadyFields steady;
    watch(SENSOR_TEST_DATA "/shell_from_server.scap", steady);
    CHECK(steady.facts() >= 4);  // the server, its child, the shell, cat
}

TEST_CASE("facts of recorded captures") {
    const char* folder = std::getenv("SENSOR_CAPTURES");
    if (folder == nullptr || !std::filesystem::exists(folder)) {
        WARN("skipped: SENSOR_CAPTURES names no folder of recorded captures");
        return;
    }
    for (const char* name : {"triggers.scap.gz", "workload.scap.gz", "connect_localhost.scap",
                             "cat_write.scap", "open-multiple-files.scap"}) {
        SteadyFields steady;
        watch(std::string(folder) + "/" + name, steady);
    }
}

TEST_CASE("facts of random events") {
    INFO("seed " << kSeed);
    state::Options options;
    options.live = false;
    options.max_threads = 24;
    state::State state(options);
    RandomEvents events(kSeed);
    SteadyFields steady;
    for (std::uint64_t step = 1; step <= 60'000; ++step) {
        const TestEvent event = events.next();
        fields::Context context;
        context.event = event.event();
        context.evt_num = step;
        state.begin(context.event, context);
        steady.look(context);
        state.end(context.event);
    }
    CHECK(steady.broken() == "");
    CHECK(steady.facts() > 1000);
}
