// SPDX-License-Identifier: Apache-2.0
// Capture files around alerts: when they begin and end, what they are called, what happens when
// they cannot be written; and the trace of everything.
#include "app/recorder.hpp"

#include <unistd.h>

#include <filesystem>
#include <map>
#include <vector>

#include "capture/scap/scap_source.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/make_event.hpp"

using namespace sensor;
using namespace sensor::testing;
using app::Recorder;
using config::CaptureOptions;

namespace {

constexpr std::uint64_t kMs = 1'000'000;
constexpr std::uint64_t kBegin = 1'700'000'000'000'000'000;

/// A recorder in a folder of its own, with a clock of events.
struct Scene {
    explicit Scene(CaptureOptions options = {}, const char* prefix = "rec") {
        char name[] = "/tmp/falco-ebpf-recorder-XXXXXX";
        REQUIRE(::mkdtemp(name) != nullptr);
        folder = name;
        options.enabled = true;
        options.path_prefix = folder + "/" + prefix;
        recorder.emplace(
            options, true, [this] { return tables(); },
            [this](output::Alert alert) { alerts.push_back(std::move(alert)); });
        rule.name = "r";
    }
    ~Scene() {
        recorder.reset();
        std::filesystem::remove_all(folder);
    }
    CaptureTables tables() {
        ++asked;
        CaptureTables out;
        out.machine.hostname = "host";
        return out;
    }
    /// One event, `ms` after the begin; with an alert of the rule or without.
    void event(std::uint64_t ms, bool matches = false, std::size_t bytes = 8) {
        HeadSpec head;
        head.ts = kBegin + ms * kMs;
        const TestEvent made = make_event(
            EventType::write,
            {{"res", 8}, {"data", std::string(bytes, 'x')}, {"fd", 1}, {"size", 8}}, head);
        recorder->before(made.record(), true);
        if (matches) recorder->matched(rule, made.event().ts_ns(), ++number);
        recorder->after(made.record(), true);
    }
    /// Files by name, with the times of their events in ms.
    std::map<std::string, std::vector<std::uint64_t>> files() {
        std::map<std::string, std::vector<std::uint64_t>> out;
        for (const auto& entry : std::filesystem::directory_iterator(folder)) {
            auto source = capture::ScapSource::open(entry.path().string());
            if (!source) FAIL(source.error().text);
            auto& times = out[entry.path().filename().string()];
            while (!(*source)->ended()) {
                REQUIRE((*source)->poll(
                    [&](std::span<const std::byte> record) {
                        times.push_back((Event::view(record).ts_ns() - kBegin) / kMs);
                    },
                    0));
            }
        }
        return out;
    }

    std::string folder;
    rules::RunningRule rule;
    std::vector<output::Alert> alerts;
    std::uint64_t number = 41;
    int asked = 0;
    std::optional<Recorder> recorder;
};

}  // namespace

TEST_CASE("names are padded to 20 digits") {
    CHECK(app::capture_path("/tmp/falco", 1700000000000000000, 42) ==
          "/tmp/falco_01700000000000000000_00000000000000000042.scap");
}

TEST_CASE("a file begins with the alert's event and ends when its time is over") {
    Scene scene;
    scene.rule.capture = true;
    scene.event(0);
    CHECK_FALSE(scene.recorder->is_recording());
    scene.event(10, true);
    CHECK(scene.recorder->is_recording());
    scene.event(11);
    scene.event(5009);
    scene.event(5010);  // 5,000 ms after it: no longer
    CHECK_FALSE(scene.recorder->is_recording());
    scene.event(5011);
    CHECK(scene.asked == 1);
    CHECK(scene.files() ==
          std::map<std::string, std::vector<std::uint64_t>>{
              {"rec_01700000000010000000_00000000000000000042.scap", {10, 11, 5009}}});
    CHECK(scene.recorder->stats().files == 1);
    CHECK(scene.recorder->stats().events == 3);
}

TEST_CASE("only rules that ask for it begin a file, unless all do") {
    Scene scene;
    scene.event(0, true);
    CHECK_FALSE(scene.recorder->is_recording());
    CaptureOptions all;
    all.all_rules = true;
    Scene every(all);
    every.event(0, true);
    CHECK(every.recorder->is_recording());
}

TEST_CASE("a rule's own duration counts, and another alert makes it longer, not shorter") {
    Scene scene;
    scene.rule.capture = true;
    scene.rule.capture_duration_ms = 100;
    scene.event(0, true);
    scene.rule.capture_duration_ms = 20;
    scene.event(50, true);  // until 70: the first one asks for more
    scene.event(99);
    CHECK(scene.recorder->is_recording());
    scene.rule.capture_duration_ms = 100;
    scene.event(99, true);
    scene.event(198);
    CHECK(scene.recorder->is_recording());
    scene.event(199);
    CHECK_FALSE(scene.recorder->is_recording());
    scene.event(300, true);
    scene.recorder->finish();
    CHECK(scene.files().size() == 2);
}

TEST_CASE("time ends a file though no event comes") {
    Scene scene;
    scene.rule.capture = true;
    scene.event(0, true);
    scene.recorder->keep_house(kBegin + 4999 * kMs);
    CHECK(scene.recorder->is_recording());
    scene.recorder->keep_house(kBegin + 5000 * kMs);
    CHECK_FALSE(scene.recorder->is_recording());
}

TEST_CASE("a file ends at its size, which is alerted") {
    CaptureOptions small;
    small.most_mb = 1;
    Scene scene(small);
    scene.rule.capture = true;
    scene.event(0, true);
    for (std::uint64_t ms = 1; scene.recorder->is_recording(); ++ms) {
        REQUIRE(ms < 100);
        scene.event(ms, false, 60000);
    }
    REQUIRE(scene.alerts.size() == 1);
    const output::Alert& alert = scene.alerts[0];
    CHECK(alert.rule == "Falco internal: capture size limit reached");
    CHECK(alert.message == "Falco internal: capture size limit reached. Configured limit: 1 MB.");
    CHECK(alert.priority == rules::Priority::Informational);
    CHECK(alert.source == "internal");
    CHECK(alert.fields["max_file_size_mb"] == 1);
    CHECK(alert.fields["written_bytes"] >= 1 << 20);
    CHECK(alert.fields["written_bytes"] < (1 << 20) + 70000);
    CHECK(scene.recorder->stats().size_limits == 1);
}

TEST_CASE("a place where no file can be made is tried again later, and ends nothing") {
    Scene scene({}, "none/rec");
    scene.rule.capture = true;
    scene.event(0, true);
    scene.event(1, true);
    CHECK(scene.recorder->stats().failures == 1);
    CHECK_FALSE(scene.recorder->is_recording());
    std::filesystem::create_directory(scene.folder + "/none");
    scene.event(9'999, true);
    CHECK_FALSE(scene.recorder->is_recording());
    scene.event(10'000, true);
    CHECK(scene.recorder->is_recording());
    scene.recorder->finish();
    std::filesystem::remove_all(scene.folder + "/none");
}

TEST_CASE("a trace has every event from the first on") {
    Scene scene;
    const std::string path = scene.folder + "/trace.scap";
    REQUIRE(scene.recorder->trace(path));
    scene.event(0);
    scene.event(1, true);
    scene.recorder->finish();
    CHECK(scene.files() ==
          std::map<std::string, std::vector<std::uint64_t>>{{"trace.scap", {0, 1}}});
    const auto refused = scene.recorder->trace(scene.folder + "/none/trace.scap");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().text.find("cannot create the capture file") == 0);
}
