// SPDX-License-Identifier: Apache-2.0
// The kernel's decision never drops an event that a rule wants, and drops much of what none wants.
#include "eval/runtime.hpp"
#include "fields/extractors.hpp"
#include "filter/keeps.hpp"
#include "state/state.hpp"
#include "tests/diff/native_engine.hpp"
#include "tests/filter/filter_rules.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/program_of.hpp"

namespace sensor::testing {
namespace {

constexpr std::size_t kRounds = 400;
constexpr std::size_t kEvents = 250;

struct Tally {
    std::size_t kept = 0, dropped = 0, wanted = 0;
};

std::string joined(const std::vector<std::string>& lines) {
    std::string all;
    for (const std::string& line : lines) all += line + "\n";
    return all;
}

void judge_round(std::uint64_t seed, Tally& tally) {
    FilterRules random(seed);
    std::vector<std::string> conditions;
    for (std::size_t k = 0; k < 1 + seed % 4; ++k) conditions.push_back(random.condition());
    const lang::Program program = program_of(conditions);
    const std::vector<filter::EventPart> parts = filter::make_kernel_part(program);
    const auto runtime = eval::Runtime::create(program, fields::extractor);
    REQUIRE(runtime);
    eval::FrameMemory memory(**runtime);
    fields::Arena arena;
    state::Options offline;
    offline.live = false;
    offline.host_root.clear();
    state::State state(offline);
    for (std::size_t k = 0; k < kEvents; ++k) {
        const TestEvent event = random.event();
        fields::Context context;
        context.event = event.event();
        context.arena = &arena;
        state.begin(context.event, context);
        std::size_t held = 0;
        for (const std::uint32_t c : interpreted(memory, program, context))
            held += program.conditions[c].events.events.test(event.head().type);
        bool kept = false;
        std::string part_text = "no rule asks for it";
        for (const filter::EventPart& part : parts) {
            if (part.event != context.event.type()) continue;
            kept = filter::keeps(part, context.event);
            part_text = filter::to_text(part);
        }
        INFO("seed " << seed << ", event " << k << ": " << context.event.info().name << "\n"
                     << joined(conditions) << part_text);
        if (held != 0) REQUIRE(kept);
        ++(kept ? tally.kept : tally.dropped);
        tally.wanted += held != 0;
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
}

}  // namespace sensor::testing
