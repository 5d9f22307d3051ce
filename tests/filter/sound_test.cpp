// SPDX-License-Identifier: Apache-2.0
// The kernel's decision never drops an event that a rule wants, and drops much of what none wants.
#include <algorithm>

#include "filter/texts.hpp"
#include "state/state.hpp"
#include "tests/filter/filter_rules.hpp"
#include "tests/support/catch.hpp"

namespace sensor::testing {
namespace {

constexpr std::size_t kRounds = 4000;  // a million pairs of rules and event
constexpr std::size_t kEvents = 250;

struct Tally {
    std::size_t kept = 0, dropped = 0, wanted = 0, uninteresting = 0, by_table = 0;
};

/// Processes that rules of interest tell apart.
constexpr std::uint32_t kProcesses = 6;
void add_processes(state::State& state) {
    const char* const names[] = {"cat", "proc", "x"};
    for (std::uint32_t k = 0; k < kProcesses; ++k) {
        state::ProcessSpec spec;
        spec.tid = 100 + k;
        spec.comm = names[k % 3];
        spec.args = {k < 3 ? "x" : "y"};
        spec.uid = k % 2 == 0 ? 0 : 77;
        state.add_process(spec);
    }
}

state::Options offline() {
    state::Options options;
    options.live = false;
    options.host_root.clear();
    return options;
}

bool has_text(const std::vector<FilterText>& texts, std::string_view name) {
    if (!filter::is_plain_name(name)) return true;
    const std::string_view leaf = name.substr(name.rfind('/'));
    return std::any_of(texts.begin(), texts.end(), [&](const FilterText& each) {
        switch (each.kind) {
            case FilterText::Kind::Whole: return name == each.text;
            case FilterText::Kind::Front: return name.starts_with(each.text);
            default: return leaf == each.text;
        }
    });
}

/// What the table that takes the place of a compiled filter says.
bool table_keeps(const filter::EventPart& part, const Event& event) {
    const auto texts = filter::wanted_texts(part);
    if (!texts) return true;
    return std::any_of(part.names.begin(), part.names.end(), [&](const filter::NameTest& test) {
        std::array<char, 2 * filter::kLongestName + 2> joined{};
        const std::string_view real = event.extra(REC_X_REAL);
        if (test.param != filter::NameTest::kReal)
            return has_text(*texts, filter::judged_name(event, test.param, joined));
        return !real.empty() && has_text(*texts, real);
    });
}

std::string part_text(const filter::EventPart* part) {
    return part == nullptr ? "no rule asks for it" : filter::to_text(*part);
}

void judge_round(std::uint64_t seed, Tally& tally) {
    FilterRules random(seed);
    const JudgedRules rules(random, seed);
    std::vector<std::uint32_t> matches(rules.conditions.size());
    fields::Arena arena;
    state::State state(offline());
    add_processes(state);
    for (std::size_t k = 0; k < kEvents; ++k) {
        const TestEvent event = random.event(static_cast<std::uint32_t>(100 + k % kProcesses));
        arena.reset();
        fields::Context context;
        context.event = event.event();
        context.arena = &arena;
        state.begin(context.event, context);
        const std::size_t held = rules.engine->match(context, true, matches);
        const filter::EventPart* part = rules.part_of(context.event);
        const std::uint64_t interests = rules.engine->interests();
        const bool kept = part != nullptr && filter::keeps(*part, context.event, interests);
        INFO("seed " << seed << ", event " << k << ": " << context.event.info().name << "\n"
                     << rules.text() << part_text(part));
        if (held != 0) REQUIRE(kept);
        const bool by_table = part != nullptr && table_keeps(*part, context.event);
        if (held != 0) REQUIRE(by_table);
        tally.by_table += part != nullptr && !by_table;
        ++(kept ? tally.kept : tally.dropped);
        tally.wanted += held != 0;
        tally.uninteresting += part != nullptr && (part->interests & interests) == 0;
        state.end(context.event);
    }
}

}  // namespace

TEST_CASE("the kernel filter keeps what any rule wants and drops most of the rest") {
    Tally tally;
    for (std::uint64_t seed = 0; seed < kRounds; ++seed) judge_round(seed, tally);
    INFO(tally.wanted << " wanted, " << tally.kept << " kept, " << tally.dropped << " dropped");
    CHECK(tally.wanted > kRounds * kEvents / 50);
    CHECK(tally.dropped > tally.kept / 2);
    CHECK(tally.by_table > kRounds * kEvents / 50);
    CHECK(tally.uninteresting > kRounds * kEvents / 50);
}

}  // namespace sensor::testing
