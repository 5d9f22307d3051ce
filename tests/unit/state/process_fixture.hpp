// SPDX-License-Identifier: Apache-2.0
// Shared by the tests of processes: init, a shell, and the events of their lives in short.
#pragma once

#include "state/state.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/make_event.hpp"

namespace sensor::testing {

using state::Bound;
using state::ProcessSpec;
using state::State;

inline constexpr std::uint64_t kSecond = 1'000'000'000;
inline constexpr std::uint64_t kNow = 1'700'000'000 * kSecond;
inline constexpr std::int64_t kCloneThread = 0x2000, kCloneNewpid = 0x40, kCloneParent = 0x100,
                              kCloneVfork = 0x8000000;
inline constexpr std::int64_t kChildInPidns = 0x20000000;

inline state::Options offline() {
    state::Options options;
    options.live = false;
    options.host_root.clear();
    options.boot_epoch_ns = kNow - 1000 * kSecond;
    return options;
}

inline ProcessSpec shell() {
    ProcessSpec spec;
    spec.tid = 100;
    spec.ptid = 1;
    spec.comm = "bash";
    spec.exe = "/bin/bash";
    spec.exepath = "/usr/bin/bash";
    spec.args = {"-i"};
    spec.cwd = "/home/me";
    spec.uid = 1000;
    spec.clone_ts_ns = kNow - 100 * kSecond;
    return spec;
}

inline ProcessSpec init() {
    ProcessSpec spec;
    spec.tid = 1;
    spec.comm = "systemd";
    return spec;
}

struct ProcessFixture {
    State state{offline()};
    std::uint64_t now = kNow;

    ProcessFixture() {
        state.add_process(init());
        state.add_process(shell());
    }
    void run(EventType type, const ParamList& params, HeadSpec head) {
        head.ts = now;
        now += 1'000'000;
        const TestEvent event = make_event(type, params, head);
        state.begin(event.event());
        state.end(event.event());
    }
    void clone_parent(std::uint32_t tid, std::int64_t child, std::int64_t flags = 0,
                      EventType type = EventType::clone) {
        run(type,
            {{"res", child},
             {"tid", tid},
             {"pid", tid},
             {"vtid", tid},
             {"vpid", tid},
             {"flags", flags},
             {"comm", "bash"}},
            {.tgid = tid});
    }
    void clone_child(std::uint32_t tid, std::uint32_t ptid, std::int64_t flags = 0,
                     std::uint64_t start = 0) {
        run(EventType::clone,
            {{"res", 0},
             {"tid", tid},
             {"pid", tid},
             {"ptid", ptid},
             {"vtid", tid},
             {"vpid", tid},
             {"flags", flags},
             {"comm", "bash"}},
            {.tgid = tid, .start = start});
    }
    void exec(std::uint32_t tid, std::string_view comm, const ParamList& more = {}) {
        ParamList params = {
            {"res", 0}, {"exe", comm}, {"args", block({"-l", "/srv"})}, {"comm", comm}};
        params.insert(params.end(), more.begin(), more.end());
        run(EventType::execve, params, {.tgid = tid});
    }
    void exit(std::uint32_t tgid, std::uint32_t tid = 0, std::int64_t reaper = 0) {
        run(EventType::procexit, {{"status", 0}, {"reaper_tid", reaper}},
            {.tgid = tgid, .tid = tid});
    }
};

}  // namespace sensor::testing
