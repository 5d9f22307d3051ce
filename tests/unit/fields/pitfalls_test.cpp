// SPDX-License-Identifier: Apache-2.0
// What is easily got wrong about what events say, one test an item of docs/pitfalls.md.
#include "tests/unit/fields/fixture.hpp"

using namespace sensor;
using namespace sensor::testing;

TEST_CASE("pitfall 3: two empties in one exec: a name of no bytes, and no arguments at all") {
    Fixture f;
    f.begin(EventType::execve, {{"res", -14}, {"exe", ""}, {"comm", "cat"}});
    check(f, {{"evt.arg.exe", ""}, {"evt.arg.args", "NULL"}, {"evt.rawarg.args", "(absent)"}});
}

TEST_CASE("pitfall 42: empty texts, missing texts, null pointers, missing buffers") {
    Fixture f;
    f.begin(EventType::chdir, {{"res", -2}, {"path", ""}});
    check(f, {{"evt.arg.path", ""}});
    f.begin(EventType::chdir, {{"res", -14}});
    check(f, {{"evt.arg.path", "<NA>"}});
    f.begin(EventType::chdir, {{"res", -14}, {"path", "(NULL)"}});
    check(f, {{"evt.arg.path", "<NA>"}, {"evt.rawarg.path", "(absent)"}});
    f.begin(EventType::read, {{"res", -9}, {"fd", 3}});
    check(f, {{"evt.arg.data", "NULL"}, {"evt.buffer", "(absent)"}});
    f.begin(EventType::connect, {{"res", -111}, {"fd", 3}});
    check(f, {{"evt.arg.tuple", "NULL"}, {"evt.arg.addr", "<NA>"}});
}

TEST_CASE("pitfall 58: a failed connect has its address as an argument") {
    Fixture f;
    f.begin(EventType::connect, {{"res", -111}, {"fd", 3}, {"addr", sockaddr_ip("10.0.0.2", 443)}});
    check(f, {{"evt.arg.addr", "10.0.0.2:443"}, {"fd.sip", "(absent)"}});
}

TEST_CASE("pitfall 63: a socket's error comes negated, a value may be its index alone") {
    Fixture f;
    f.begin(EventType::getsockopt,
            {{"res", 0}, {"fd", 3}, {"val", dyn(1, raw(std::int64_t{-111}))}});
    check(f, {{"evt.arg.val", "ECONNREFUSED"}});
    f.begin(EventType::getsockopt, {{"res", 0}, {"fd", 3}, {"val", dyn(0, "")}});
    check(f, {{"evt.arg.val", ""}});
}

TEST_CASE("pitfall 65: a message nobody could read has no size") {
    Fixture f;
    f.begin(EventType::sendmsg, {{"res", -14}, {"fd", 3}});
    check(f, {{"evt.arg.size", "<NA>"}, {"evt.buflen", "(absent)"}});
}

TEST_CASE("pitfall 66: what a failed write wanted to write is there") {
    Fixture f;
    f.begin(EventType::write, {{"res", -32}, {"data", "lost"}, {"fd", 3}, {"size", 4}});
    check(f, {{"evt.buffer", "lost"}, {"evt.buflen", "(absent)"}, {"evt.failed", "true"}});
}

TEST_CASE("pitfall 80: a call without an event of its own has a name and no result") {
    Fixture f;
    const SyscallInfo* call = syscall_info("madvise");
    REQUIRE(call != nullptr);
    f.begin(EventType::generic, {{"ID", call->sc}, {"nativeID", call->native}}, {.sc = call->sc});
    check(f, {{"evt.type", "madvise"},
              {"evt.failed", "(absent)"},
              {"evt.res", "(absent)"},
              {"evt.rawres", "(absent)"}});
    f.begin(EventType::generic, {{"ID", 0}, {"nativeID", call->native}}, {.sc = call->sc});
    check(f, {{"evt.type", "madvise"}, {"evt.arg[0]", "unknown"}});  // old captures
}

TEST_CASE("pitfall 82: poll's endless wait prints as recorded") {
    Fixture f;
    f.begin(EventType::poll, {{"res", 1}, {"fds", fd_list({{3, 1}})}, {"timeout", 4294967295}});
    check(f, {{"evt.rawarg.timeout", "4294967295"}, {"fdlist.nums", "3"}});
}

TEST_CASE("pitfall 84: a container's path that lost its front still is the group's") {
    Fixture f;
    ProcessSpec spec;
    spec.tid = 300;
    spec.cgroups = block({"cpu=/b/c/d/e/f/g", "memory=/b/c/d/e/f/g"});
    f.state.add_process(spec);
    f.begin(EventType::getuid, {{"uid", 0}}, {.tgid = 300});
    check(f, {{"thread.cgroup.cpu", "/b/c/d/e/f/g"}, {"thread.cgroup.io", "(absent)"}});
}

TEST_CASE("pitfall 85: a container may be known by its number long before its name") {
    Fixture f;
    auto container = state::make_ref<state::Container>();
    container->id = "0123456789ab";
    ProcessSpec spec;
    spec.tid = 300;
    spec.container = container;
    f.state.add_process(spec);
    f.begin(EventType::getuid, {{"uid", 0}}, {.tgid = 300});
    check(f, {{"container.id", "0123456789ab"}, {"container.image", "(absent)"}});
}

TEST_CASE("pitfall 87: parameters that are there but empty end nobody's life") {
    Fixture f;
    for (const EventInfo& info : all_events()) {
        INFO(info.name);
        f.begin(info.type, {});
        for (std::size_t k = 0; k < info.params.size(); ++k) {
            const std::string text = f.get("evt.arg[" + std::to_string(k) + "]");
            CHECK((text == "<NA>" || text == "NULL"));
        }
    }
}

TEST_CASE("pitfall 87: parameters that an old capture does not know are not printed") {
    Fixture f;
    TestEvent event = make_event(EventType::procexit, {{"status", 0}}, {.tgid = 100});
    event.head().nslots = 1;
    f.events.push_back(event);
    f.context.event = f.events.back().event();
    f.context.arena = &f.arena;
    f.state.begin(f.context.event, f.context);
    check(f, {{"evt.args", "status=0"}, {"evt.arg[0]", "0"}, {"evt.arg[1]", "(absent)"}});
    check(f, {{"evt.arg.ret", "(absent)"}});
}

TEST_CASE("pitfall 92: creat opens for writing though it has no flags") {
    Fixture f;
    f.begin(EventType::creat, {{"fd", 3}, {"name", "/new"}, {"mode", 0700}});
    check(f, {{"evt.type", "creat"}, {"fd.name", "/new"}, {"evt.is_open_exec", "true"}});
    CHECK(f.context.fd->flags == 0);
}

TEST_CASE("who has no known id has the kernel's number for none") {
    Fixture f;
    ProcessSpec spec;
    spec.tid = 300;
    spec.uid = spec.gid = state::kNoId;
    f.state.add_process(spec);
    f.begin(EventType::getuid, {{"uid", 0}}, {.tgid = 300});
    check(f, {{"user.uid", "4294967295"}, {"group.gid", "4294967295"}, {"user.name", "<NA>"}});
}

TEST_CASE("a thread nobody knows has a number; nothing else is made up") {
    Fixture f;
    f.begin(EventType::procinfo, {{"cpu_usr", 1}}, {.tgid = 4242});
    check(f, {{"thread.tid", "4242"}, {"proc.pid", "(absent)"}, {"proc.name", "(absent)"}});
}

TEST_CASE("the head of a session that has ended is its oldest known member") {
    Fixture f;
    ProcessSpec spec;
    spec.tid = 300;
    spec.ptid = 1;
    spec.sid = 299;  // ended
    spec.comm = "sudo";
    f.state.add_process(spec);
    spec.tid = 301;
    spec.ptid = 300;
    spec.comm = "gdb";
    f.state.add_process(spec);
    f.begin(EventType::getuid, {{"uid", 0}}, {.tgid = 301});
    check(f, {{"proc.sname", "sudo"}, {"proc.ppid", "300"}});
    f.begin(EventType::getuid, {{"uid", 0}}, {.tgid = 300});
    check(f, {{"proc.sname", ""}});
    f.begin(EventType::getuid, {{"uid", 0}}, {.tgid = 1});
    check(f, {{"proc.ppid", "(absent)"}});
}
