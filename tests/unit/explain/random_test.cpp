// SPDX-License-Identifier: Apache-2.0
// The tree of an explanation says what the engine says: on random conditions and events its root is
// the engine's answer, and every part follows from its own parts.
#include <algorithm>
#include <random>

#include "engine/engine.hpp"
#include "explain/sentence.hpp"
#include "lang/check.hpp"
#include "lang/parse.hpp"
#include "tests/diff/fake_fields.hpp"
#include "tests/diff/random_condition.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/make_event.hpp"

namespace sensor::testing {
namespace {

using explain::Truth;
using explain::TruthNode;

constexpr std::uint64_t kSeed = 4711;
constexpr std::size_t kConditions = 60;
constexpr std::size_t kRounds = 5;
constexpr std::size_t kEvents = 60;

bool follows(const TruthNode& node) {
    const auto holds = [](const TruthNode& child) { return child.holds(); };
    const auto& parts = node.children;
    switch (node.kind) {
        case TruthNode::Kind::And:
            return node.holds() == std::all_of(parts.begin(), parts.end(), holds);
        case TruthNode::Kind::Or:
            return node.holds() == std::any_of(parts.begin(), parts.end(), holds);
        case TruthNode::Kind::Not: return node.holds() != parts.front().holds();
        case TruthNode::Kind::Check: return parts.empty();
    }
    return false;
}

bool follows_everywhere(const TruthNode& node) {
    return follows(node) &&
           std::all_of(node.children.begin(), node.children.end(), follows_everywhere);
}

/// A part that decided has the truth of the whole, seen through the `not` above it.
bool decides(const TruthNode& node, bool wanted) {
    if (!node.decisive) return true;
    if (node.holds() != wanted) return false;
    const bool inner = node.kind == TruthNode::Kind::Not ? !wanted : wanted;
    const bool some =
        node.children.empty() || std::any_of(node.children.begin(), node.children.end(),
                                             [](const TruthNode& child) { return child.decisive; });
    return some && std::all_of(node.children.begin(), node.children.end(),
                               [&](const TruthNode& child) { return decides(child, inner); });
}

struct Conditions {
    lang::Program program;
    std::vector<lang::NodePtr> trees;
    std::vector<std::string> texts;
    std::vector<std::unique_ptr<explain::Explainer>> explainers;
};

Conditions random_conditions(std::uint64_t seed) {
    Conditions out;
    RandomCondition random(seed, true);
    while (out.trees.size() < kConditions) {
        out.texts.push_back(random.next());
        lang::ParseResult parsed = lang::parse_condition(out.texts.back());
        REQUIRE(parsed.root != nullptr);
        const lang::Checked checked = lang::check_condition(*parsed.root, out.program);
        REQUIRE(checked.ok);
        out.program.conditions.push_back({checked.root, checked.events});
        out.trees.push_back(std::move(parsed.root));
        auto made = explain::Explainer::create(*out.trees.back(), fake_extractor);
        REQUIRE(made);
        out.explainers.push_back(*std::move(made));
    }
    return out;
}

std::size_t compare_round(std::uint64_t seed) {
    const Conditions conditions = random_conditions(seed);
    engine::EngineOptions options;
    options.native = false;
    options.lookup = fake_extractor;
    const auto engine = engine::Engine::create(conditions.program, options);
    std::vector<std::uint32_t> matches(kConditions);
    std::mt19937_64 random(seed);
    fields::Arena arena;
    std::size_t held = 0;
    for (std::size_t k = 0; k < kEvents; ++k) {
        const auto events = all_events();
        const TestEvent event = make_event(events[random() % events.size()].type, {});
        fields::Context context;
        context.event = event.event();
        context.evt_num = 1 + random() % 100000;
        context.arena = &arena;
        arena.reset();
        const std::size_t count = engine->match(context, true, matches);
        const std::vector<std::uint32_t> fired(
            matches.begin(), matches.begin() + static_cast<std::ptrdiff_t>(count));
        for (std::uint32_t c = 0; c < kConditions; ++c) {
            arena.reset();
            const TruthNode truth = conditions.explainers[c]->explain(context);
            const bool by_engine = std::find(fired.begin(), fired.end(), c) != fired.end();
            INFO(conditions.texts[c] << ", event " << context.event.info().name << ", evt.num "
                                     << context.evt_num << ", seed " << seed);
            INFO(explain::verdict(truth));
            REQUIRE(truth.holds() == by_engine);
            REQUIRE(follows_everywhere(truth));
            REQUIRE(truth.decisive);
            REQUIRE(decides(truth, truth.holds()));
            REQUIRE(explain::verdict(truth).starts_with(by_engine ? "fired" : "did not"));
            held += by_engine ? 1 : 0;
        }
    }
    return held;
}

}  // namespace

TEST_CASE("the root of the tree is the engine's answer on random conditions") {
    std::size_t held = 0;
    for (std::uint64_t round = 0; round < kRounds; ++round) held += compare_round(kSeed + round);
    const std::size_t pairs = kRounds * kConditions * kEvents;
    CHECK(held > pairs / 50);  // neither nothing nor everything, or it says little
    CHECK(held < pairs / 2);
}

}  // namespace sensor::testing
