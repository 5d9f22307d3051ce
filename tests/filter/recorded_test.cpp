// SPDX-License-Identifier: Apache-2.0
// The kernel's decision on recorded events, by rules that ask for the names in them.
#include <algorithm>
#include <filesystem>
#include <set>

#include "engine/engine.hpp"
#include "filter/keeps.hpp"
#include "judge/judge.hpp"
#include "judge/replay.hpp"
#include "tests/filter/filter_rules.hpp"
#include "tests/support/catch.hpp"

namespace sensor::testing {
namespace {

constexpr std::size_t kRuleSets = 40;
constexpr std::size_t kMostNames = 300;

/// Plain names of files, and what they begin with.
std::vector<std::string> names_in(const std::string& path) {
    std::set<std::string> names{"/"};
    auto source = capture::ScapSource::open(path);
    REQUIRE(source);
    state::State state(judge::replay_state());
    const auto collect = [&](std::span<const std::byte> record, std::uint64_t, bool) {
        const Event event = Event::view(record);
        if (!event.valid()) return;
        for (std::size_t k = 0; k < event.info().params.size(); ++k) {
            const ParamType type = event.info().params[k].type;
            if (type != ParamType::FSPATH && type != ParamType::FSRELPATH) continue;
            const std::string name(event.text(k));
            if (!filter::is_plain_name(name) || name.find_first_of(" (),'\"") != name.npos)
                continue;
            names.insert(name);
            if (name.rfind('/') > 0) names.insert(name.substr(0, name.rfind('/')));
        }
    };
    REQUIRE(
        judge::replay_capture(**source, state, collect, [&] { return names.size() > kMostNames; }));
    return {names.begin(), names.end()};
}

struct Tally {
    std::size_t events = 0, wanted = 0, dropped = 0;
};

void judge_capture(const std::string& path, std::uint64_t seed,
                   const std::vector<std::string>& names, Tally& tally) {
    FilterRules random(seed, names);
    const JudgedRules rules(random, seed);
    auto source = capture::ScapSource::open(path);
    REQUIRE(source);
    state::State state(judge::replay_state());
    judge::Judge judge(*rules.engine, state, rules.conditions.size(), true);
    const auto after_each = [&](const fields::Context& context) {
        std::vector<std::uint32_t> matches(rules.conditions.size());
        const std::size_t held = rules.engine->match(context, true, matches);
        const filter::EventPart* part = rules.part_of(context.event);
        const bool kept =
            part != nullptr && filter::keeps(*part, context.event, rules.engine->interests());
        ++tally.events;
        tally.wanted += held != 0;
        tally.dropped += !kept;
        if (held == 0 || kept || part == nullptr) return;
        FAIL(path << ", event " << context.evt_num << "\n"
                  << rules.text() << filter::to_text(*part));
    };
    REQUIRE(judge::replay_capture(
        **source, state,
        [&](std::span<const std::byte> record, std::uint64_t number, bool wanted) {
            judge.handle(
                record, number, wanted,
                [](const fields::Context&, std::span<const std::uint32_t>) {}, after_each);
        },
        [] { return false; }));
}

}  // namespace

TEST_CASE("of recorded events the kernel filter keeps what rules want") {
    Tally tally;
    for (const auto& file : std::filesystem::directory_iterator(SENSOR_TEST_DATA)) {
        if (file.path().extension() != ".scap") continue;
        const std::vector<std::string> names = names_in(file.path());
        for (std::uint64_t seed = 0; seed < kRuleSets; ++seed)
            judge_capture(file.path(), seed, names, tally);
    }
    INFO(tally.events << " events, " << tally.wanted << " wanted, " << tally.dropped << " dropped");
    CHECK(tally.wanted > 0);
    CHECK(tally.dropped > tally.events / 2);
}

}  // namespace sensor::testing
