// SPDX-License-Identifier: Apache-2.0
// The same with the real fields: random events of every type with random parameters, well formed
// and not, on a small world of processes.
#include <random>

#include "fields/context.hpp"
#include "state/state.hpp"
#include "tests/diff/native_engine.hpp"
#include "tests/diff/random_rules.hpp"
#include "tests/diff/value_pool.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/make_event.hpp"

namespace sensor::testing {
namespace {

constexpr std::uint64_t kSeed = 777;
constexpr std::size_t kRounds = 4;
constexpr std::size_t kConditions = 150;
constexpr std::size_t kEvents = 150;

class World {
public:
    explicit World(std::uint64_t seed) : random_(seed), state_(offline()) {
        state_.users().add_user(0, {0, "root", "/root", "/bin/bash"});
        for (std::uint32_t tid = 1; tid < 12; ++tid) {
            state::ProcessSpec p;
            p.tid = tid;
            p.ptid = tid / 2;
            p.comm = text();
            p.exe = text();
            p.exepath = text();
            p.cwd = "/etc";
            p.args = {text(), text()};
            p.uid = static_cast<std::uint32_t>(random_() % 2);
            state_.add_process(p);
        }
    }

    TestEvent event() {
        const auto events = all_events();
        const EventInfo& info = events[random_() % events.size()];
        ParamList params;
        for (const ParamInfo& p : info.params) {
            if (random_() % 6 != 0) params.emplace_back(p.name, param(p.type));
        }
        HeadSpec head;
        head.tgid = static_cast<std::uint32_t>(random_() % 14);
        if (info.type == EventType::generic) head.sc = static_cast<std::uint16_t>(random_() % 520);
        ExtraSpec extras;
        if (random_() % 3 == 0) extras.fd = file_object(text(), random_() % 100);
        if (random_() % 3 == 0) extras.real = text();
        if (random_() % 3 == 0) extras.dir = "/usr";
        return make_event(info.type, params, head, extras);
    }

    state::State& state() { return state_; }
    std::uint64_t number() { return random_(); }

private:
    static state::Options offline() {
        state::Options options;
        options.live = false;
        options.host_root.clear();
        return options;
    }
    std::string text() { return ValuePool::texts()[random_() % ValuePool::texts().size()]; }

    ParamValue param(ParamType type) {
        if (type == ParamType::SOCKADDR)
            return random_() % 4 == 0 ? text() : sockaddr_ip("10.1.2.3", 443);
        if (type == ParamType::SOCKTUPLE) {
            return random_() % 4 == 0 ? text() : tuple_ip("127.0.0.1", 4000, "10.1.2.3", 443);
        }
        if (is_variable(type)) return text();
        return static_cast<std::int64_t>(random_() % 600) - (is_signed(type) ? 100 : 0);
    }

    std::mt19937_64 random_;
    state::State state_;
};

void compare_round(std::uint64_t seed) {
    const RandomRules rules = random_rules(seed, kConditions, true);
    const auto native = native_engine(rules.program, 1, fields::extractor);
    const auto runtime = eval::Runtime::create(rules.program, fields::extractor);
    REQUIRE(runtime);
    eval::FrameMemory memory(**runtime);
    fields::Arena arena;
    World world(seed);
    for (std::size_t k = 0; k < kEvents; ++k) {
        const TestEvent event = world.event();
        fields::Context context;
        context.event = event.event();
        context.evt_num = 1 + k;
        context.arena = &arena;
        world.state().begin(context.event, context);
        const auto expected = interpreted(memory, rules.program, context);
        const auto found = matched(*native, rules.program, context);
        INFO("seed " << seed << ", event " << k << ": " << context.event.info().name << " (code "
                     << event.head().type << ", call " << event.head().sc << ")");
        INFO("only by the interpreter:" << only_in(rules, expected, found));
        INFO("only by machine code:" << only_in(rules, found, expected));
        REQUIRE(found == expected);
        world.state().end(context.event);
    }
}

}  // namespace

TEST_CASE("machine code agrees on real fields") {
    for (std::uint64_t round = 0; round < kRounds; ++round) compare_round(kSeed + round);
}

}  // namespace sensor::testing
