// SPDX-License-Identifier: Apache-2.0
// The same on captures with our own rules: for every event and rule the explanation agrees with the
// engine.
#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "engine/engine.hpp"
#include "explain/truth.hpp"
#include "judge/replay.hpp"
#include "judge/walk.hpp"
#include "rules/ruleset.hpp"
#include "tests/support/catch.hpp"

namespace sensor::testing {
namespace {

struct Judged {
    std::size_t events = 0, fired = 0;
};

/// Compares every rule at every event; out: what was seen
Judged compare(const std::string& capture) {
    const auto files = rules::read_rules_path(SENSOR_OWN_RULES);
    REQUIRE(files);
    rules::LoadOptions how;
    how.trees = true;
    const rules::RuleSet set = rules::load_rules(*files, how);
    REQUIRE(set.ok());
    std::vector<std::unique_ptr<explain::Explainer>> explainers;
    for (const rules::Rule& rule : set.rules) {
        REQUIRE(rule.tree != nullptr);
        auto made = explain::Explainer::create(*rule.tree);
        REQUIRE(made);
        explainers.push_back(*std::move(made));
    }
    engine::EngineOptions options;
    options.native = false;
    const auto engine = engine::Engine::create(set.program, options);
    std::vector<std::uint32_t> matches(set.rules.size());
    auto source = capture::ScapSource::open(capture);
    REQUIRE(source);
    state::State state(judge::replay_state());
    judge::EventWalk walk(state);
    Judged out;
    const auto look = [&](const fields::Context& context) {
        ++out.events;
        const std::size_t count = engine->match(context, true, matches);
        out.fired += count;
        std::size_t next = 0;
        for (std::uint32_t k = 0; k < explainers.size(); ++k) {
            const bool by_engine = next < count && matches[next] == k;
            if (by_engine) ++next;
            // The whole tree for what fired and for a sample of the rest; its root for all.
            const bool whole = by_engine || (out.events + k) % 97 == 0;
            const bool held =
                whole ? explainers[k]->explain(context).holds() : explainers[k]->holds(context);
            INFO(set.rules[k].name << " at evt.num " << context.evt_num);
            if (held != by_engine) FAIL();
        }
    };
    REQUIRE(judge::replay_capture(
        **source, state,
        [&](std::span<const std::byte> record, std::uint64_t number, bool wanted) {
            walk.step(record, number, wanted, look);
        },
        [] { return false; }));
    return out;
}

}  // namespace

TEST_CASE("the tree agrees with the engine on our captures") {
    std::size_t fired = 0;
    for (const char* name : {"shell_from_server.scap", "pairs_of_2014.scap"}) {
        const Judged judged = compare(std::string(SENSOR_TEST_DATA) + "/" + name);
        CHECK(judged.events > 0);
        fired += judged.fired;
    }
    CHECK(fired > 0);
}

TEST_CASE("the tree agrees with the engine on a recorded capture") {
    const char* folder = std::getenv("SENSOR_CAPTURES");
    const std::string path = std::string(folder == nullptr ? "" : folder) + "/triggers.scap.gz";
    if (!std::filesystem::exists(path)) {
        WARN("skipped: no triggers.scap.gz in SENSOR_CAPTURES");
        return;
    }
    const Judged judged = compare(path);
    CHECK(judged.events > 0);
    CHECK(judged.fired > 0);
}

}  // namespace sensor::testing
