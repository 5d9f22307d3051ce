// SPDX-License-Identifier: Apache-2.0
#include "app/syscall_set.hpp"

#include "event/schema.hpp"
#include "tests/support/catch.hpp"

namespace {

using namespace sensor;

bool has(const app::SyscallSet& set, std::string_view name) {
    return set.calls.test(syscall_info(name)->sc);
}

lang::Program program_for(std::initializer_list<EventType> types) {
    lang::Program program;
    lang::Condition condition;
    for (const EventType type : types) condition.events.events.set(static_cast<std::size_t>(type));
    program.conditions.push_back(condition);
    return program;
}

}  // namespace

TEST_CASE("rules get the calls of their events, state gets its own, nothing else") {
    const app::SyscallSet set =
        app::wanted_syscalls(program_for({EventType::openat, EventType::mkdir}), {});
    CHECK(has(set, "openat"));
    CHECK(has(set, "mkdir"));
    CHECK(has(set, "execve"));
    CHECK(has(set, "clone3"));
    CHECK(has(set, "setuid"));
    CHECK(has(set, "sched_process_exit"));
    CHECK_FALSE(has(set, "open"));
    CHECK_FALSE(has(set, "close"));
    CHECK_FALSE(has(set, "read"));
    CHECK_FALSE(has(set, "connect"));
}

TEST_CASE("several calls may share one event") {
    const app::SyscallSet set =
        app::wanted_syscalls(program_for({EventType::pread}), {.all = true});
    CHECK(has(set, "pread64"));
}

TEST_CASE("a generic call is wanted by its own number") {
    lang::Program program;
    lang::Condition condition;
    condition.events.generic.set(syscall_info("madvise")->sc);
    program.conditions.push_back(condition);
    const app::SyscallSet set = app::wanted_syscalls(program, {});
    CHECK(has(set, "madvise"));
    CHECK_FALSE(has(set, "mincore"));
}

TEST_CASE("high-volume I/O is left out and said so, unless all are asked for") {
    const lang::Program program = program_for({EventType::write});
    const app::SyscallSet some = app::wanted_syscalls(program, {});
    CHECK_FALSE(has(some, "write"));
    REQUIRE(some.left_out.size() == 1);
    CHECK(some.left_out[0] == "write");
    const app::SyscallSet all = app::wanted_syscalls(program, {.all = true});
    CHECK(has(all, "write"));
    CHECK(all.left_out.empty());
}

TEST_CASE("network fields bring the calls that tell roles") {
    lang::Program program = program_for({EventType::openat});
    lang::Term term;
    term.field.id = FieldId::fd_sip;
    program.terms.push_back(term);
    CHECK(has(app::wanted_syscalls(program, {}), "accept4"));
}

TEST_CASE("custom_set replaces the state set and can remove") {
    const app::SyscallSet set = app::wanted_syscalls(program_for({EventType::openat}),
                                                     {.custom = {"execve", "!openat", "nosuch"}});
    CHECK(has(set, "execve"));
    CHECK_FALSE(has(set, "clone3"));
    CHECK_FALSE(has(set, "openat"));
    CHECK(set.unknown == std::vector<std::string>{"nosuch"});
}

TEST_CASE("repair keeps the state set whole, whatever custom_set says") {
    const app::SyscallSet set =
        app::wanted_syscalls(program_for({EventType::openat}),
                             {.custom = {"mkdir", "!clone3", "!openat"}, .repair = true});
    CHECK(has(set, "mkdir"));
    CHECK(has(set, "execve"));
    CHECK(has(set, "clone3"));
    CHECK(set.state.test(syscall_info("clone3")->sc));
    CHECK_FALSE(has(set, "openat"));
    CHECK_FALSE(has(set, "connect"));
}

TEST_CASE("a trace has every call but noisy ones, files around alerts what readers follow") {
    app::SyscallOptions trace;
    trace.trace = true;
    const app::SyscallSet all = app::wanted_syscalls(program_for({EventType::mkdir}), trace);
    for (const char* name : {"openat", "close", "connect", "getpid", "madvise"}) {
        INFO(name);
        CHECK(has(all, name));
    }
    CHECK_FALSE(has(all, "read"));
    trace.all = true;
    CHECK(has(app::wanted_syscalls(program_for({EventType::mkdir}), trace), "read"));

    app::SyscallOptions record;
    record.record = true;
    const app::SyscallSet some = app::wanted_syscalls(program_for({EventType::mkdir}), record);
    for (const char* name : {"openat", "close", "dup", "connect", "accept4"}) {
        INFO(name);
        CHECK(has(some, name));
    }
    CHECK_FALSE(has(some, "getpid"));
    CHECK_FALSE(has(some, "read"));
}
