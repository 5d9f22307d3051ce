// SPDX-License-Identifier: Apache-2.0
// Shared by the tests of fields: a small world of processes, and values as an author writes them.
#pragma once

#include "fields/context.hpp"
#include "state/state.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/make_event.hpp"

namespace sensor::testing {

using state::ProcessSpec;
using state::State;

inline constexpr std::uint64_t kSecond = 1'000'000'000;
inline constexpr std::uint64_t kNow = 1'700'000'000 * kSecond + 123'456'789;

inline state::Options offline() {
    state::Options options;
    options.live = false;
    options.host_root.clear();
    return options;
}

// A value as a condition's author would write it.
inline std::string show(const Value& value) {
    switch (value.kind) {
        case Kind::Absent: return "(absent)";
        case Kind::Int: return std::to_string(value.as_int());
        case Kind::Uint: return std::to_string(value.as_uint());
        case Kind::Bool: return value.bits != 0 ? "true" : "false";
        case Kind::Double: return std::to_string(value.as_double());
        case Kind::Ip4:
        case Kind::Ip6: {
            char text[state::kMaxEndpointText];
            return {text, state::print_ip(value.text(), text)};
        }
        case Kind::List: {
            std::string all;
            for (std::uint32_t k = 0; k < value.len; ++k)
                all += (k == 0 ? "" : ",") + show(value.list()[k]);
            return "[" + all + "]";
        }
        default: return std::string(value.text());
    }
}

struct Fixture {
    State state{offline()};
    fields::Arena arena;
    std::vector<TestEvent> events;
    fields::Context context;

    Fixture() {
        state.users().add_user(0, {0, "root", "/root", "/bin/bash"});
        state.users().add_user(1000, {100, "alice", "/home/alice", "/bin/zsh"});
        state.users().add_group(0, "root");
        state.users().add_group(100, "users");
        ProcessSpec init;
        init.tid = 1;
        init.comm = "systemd";
        init.sid = init.pgid = 1;
        state.add_process(init);
        ProcessSpec login = init;
        login.tid = 50;
        login.ptid = 1;
        login.comm = "bash";
        login.exe = "-bash";
        login.exepath = "/usr/bin/bash";
        login.sid = login.pgid = 50;
        login.env = {"TERM=xterm", "EMPTY="};
        login.args = {"--login"};
        state.add_process(login);
        ProcessSpec spec;
        spec.tid = 100;
        spec.ptid = 50;
        spec.comm = "cat";
        spec.exe = "/bin/cat";
        spec.exepath = "/usr/bin/cat";
        spec.args = {"-n", "a b"};
        spec.env = {"PATH=/bin", "HOME=/home/alice"};
        spec.cwd = "/home/alice";
        spec.uid = 1000;
        spec.gid = 100;
        spec.loginuid = 1000;
        spec.sid = 50;
        spec.pgid = 100;
        spec.vpgid = 100;
        spec.tty = 34816;
        spec.clone_ts_ns = kNow - 5 * kSecond;
        spec.cap_effective = (1ULL << 0) | (1ULL << 21) | (1ULL << 24);
        spec.exe_ino = 4711;
        spec.exe_ctime_ns = kNow - 7 * kSecond;
        spec.cgroups = block({"cpu=/a", "memory=/b/c"});
        state.add_process(spec);
    }

    void begin(EventType type, const ParamList& params, HeadSpec head = {.tgid = 100},
               const ExtraSpec& extra = {}) {
        if (!events.empty()) state.end(events.back().event());
        head.ts = kNow;
        events.push_back(make_event(type, params, head, extra));
        arena.reset();
        context = {};
        context.event = events.back().event();
        context.evt_num = 7;
        context.first_ts_ns = kNow - 2 * kSecond;
        context.previous_ts_ns = kNow - 10;
        context.arena = &arena;
        state.begin(context.event, context);
    }
    std::string get(std::string_view text) {
        std::string name(text), bracket;
        const std::size_t open = name.find('[');
        const bool has_bracket = open != std::string::npos;
        if (has_bracket) {
            bracket = name.substr(open + 1, name.size() - open - 2);
            name.resize(open);
        }
        const Result<FieldRef> ref = resolve_field(name, has_bracket ? &bracket : nullptr);
        REQUIRE(ref.has_value());
        return show(fields::extractor(ref->id)(context, ref->arg));
    }
};

struct Case {
    const char* field;
    const char* expected;
};
inline void check(Fixture& f, std::initializer_list<Case> cases) {
    for (const Case& one : cases) {
        INFO(one.field);
        CHECK(f.get(one.field) == one.expected);
    }
}

}  // namespace sensor::testing
