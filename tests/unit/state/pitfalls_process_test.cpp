// SPDX-License-Identifier: Apache-2.0
// What is easily got wrong about exec, clone and exit, one test an item. The numbers are those of
// the list docs/pitfalls.md accounts for.
#include "tests/unit/state/fake_proc.hpp"
#include "tests/unit/state/process_fixture.hpp"

using namespace sensor;
using namespace sensor::testing;

namespace {

struct Fixture : ProcessFixture {
    const state::Thread& at(std::uint32_t tid) const {
        const state::Thread* found = state.find(tid);
        REQUIRE(found != nullptr);
        return *found;
    }
    // A thread of process 100, as its leader's clone reports it.
    void add_thread(std::uint32_t tid) {
        run(EventType::clone,
            {{"res", tid},
             {"tid", 100},
             {"pid", 100},
             {"vtid", 100},
             {"vpid", 100},
             {"flags", kCloneThread},
             {"comm", "bash"}},
            {.tgid = 100});
    }
};

}  // namespace

TEST_CASE("pitfall 1: execveat that succeeds is an exec, one that fails is nothing") {
    Fixture f;
    f.run(EventType::execveat, {{"res", -2}, {"exe", "x"}, {"args", ""}, {"comm", "x"}},
          {.tgid = 100});
    CHECK(f.at(100).comm() == "bash");
    f.run(EventType::execveat, {{"res", 0}, {"exe", "x"}, {"args", ""}, {"comm", "x"}},
          {.tgid = 100});
    CHECK(f.at(100).comm() == "x");
}

TEST_CASE("pitfall 2: a failed exec touches nothing, though it names another program") {
    Fixture f;
    const auto before = f.at(100).image;
    f.run(EventType::execve,
          {{"res", -13},
           {"exe", "/sbin/other"},
           {"args", block({"a"})},
           {"comm", "bash"},
           {"uid", 7},
           {"trusted_exepath", "/usr/bin/bash"},
           {"ptid", 55}},
          {.tgid = 100});
    CHECK(f.at(100).image.get() == before.get());
    CHECK(f.at(100).uid == 1000);
    CHECK(f.at(100).ptid == 1);
}

TEST_CASE("pitfall 4: an empty argument survives, one closing NUL does not count") {
    CHECK(state::block_count(block({"a", "", "b"})) == 3);
    CHECK(state::block_item(block({"a", "", "b"}), 1) == "");
    CHECK(state::block_count(block({"a", ""})) == 2);
    CHECK(state::block_count(std::string_view("\0", 1)) == 0);
}

TEST_CASE("pitfall 5: a block that was cut keeps its last text") {
    const std::string cut = block({"first"}) + "seco";
    CHECK(state::block_count(cut) == 2);
    CHECK(state::block_item(cut, 1) == "seco");
}

TEST_CASE("pitfall 6: the command line has the new comm, not the old one nor argv[0]") {
    Fixture f;
    f.run(EventType::execve,
          {{"res", 0}, {"exe", "./argv0"}, {"args", block({"-l"})}, {"comm", "fresh"}},
          {.tgid = 100});
    CHECK(f.at(100).image->cmdline == "fresh -l");
}

TEST_CASE(
    "pitfall 7: exec keeps the time of clone; threads inherit that of exec, processes do not") {
    Fixture f;
    const std::uint64_t cloned = f.at(100).clone_ts_ns;
    const std::uint64_t exec_at = f.now;
    f.exec(100, "fresh");
    CHECK(f.at(100).clone_ts_ns == cloned);
    CHECK(f.at(100).last_exec_ts_ns == exec_at);
    f.add_thread(101);
    CHECK(f.at(101).last_exec_ts_ns == exec_at);
    f.clone_parent(100, 200);
    CHECK(f.at(200).last_exec_ts_ns == 0);
}

TEST_CASE("pitfall 8: exec ends the other threads; their children stay in the group") {
    Fixture f;
    f.add_thread(101);
    f.add_thread(102);
    f.run(EventType::clone,
          {{"res", 300},
           {"tid", 101},
           {"pid", 100},
           {"vtid", 101},
           {"vpid", 100},
           {"flags", 0},
           {"comm", "bash"}},
          {.tgid = 100, .tid = 101});
    REQUIRE(f.at(300).ptid == 101);
    f.exec(100, "fresh");
    CHECK(f.state.find(101) == nullptr);
    CHECK(f.state.find(102) == nullptr);
    CHECK(f.at(100).alive == 1);
    CHECK(f.state.parent(f.at(300)) == &f.at(100));
}

TEST_CASE("pitfall 9: an exec brings a leader back that had ended") {
    Fixture f;
    f.add_thread(101);
    f.exit(100);
    REQUIRE(f.at(100).exited);
    f.exec(100, "fresh");
    CHECK_FALSE(f.at(100).exited);
    CHECK(f.at(100).alive == 1);
    CHECK(f.state.find(101) == nullptr);
}

TEST_CASE("pitfall 10: a leader stays until the last of its threads ends") {
    Fixture f;
    f.add_thread(101);
    f.exit(100);
    CHECK(f.at(101).leader == &f.at(100));
    CHECK(f.at(100).alive == 1);
    f.exit(100, 101);
    CHECK(f.state.find(101) == nullptr);
    CHECK(f.state.find(100) == nullptr);
}

TEST_CASE("pitfall 11: procexit still has its thread; it goes afterwards") {
    Fixture f;
    const TestEvent event = make_event(EventType::procexit, {{"status", 0}}, {.tgid = 100});
    const Bound bound = f.state.begin(event.event());
    REQUIRE(bound.thread != nullptr);
    CHECK(bound.thread->comm() == "bash");
    f.state.end(event.event());
    CHECK(f.state.find(100) == nullptr);
}

TEST_CASE("pitfall 12: who inherits: the kernel's word, ours where it has none") {
    Fixture f;
    f.clone_child(200, 100);
    f.clone_child(300, 200);
    SECTION("the kernel saw no children, we do") {
        f.exit(200, 0, 0);
        CHECK(f.at(300).ptid == 1);
    }
    SECTION("the kernel gave up") {
        f.exit(200, 0, -1);
        CHECK(f.at(300).ptid == 1);
    }
    SECTION("a reaper we know") {
        f.exit(200, 0, 100);
        CHECK(f.at(300).ptid == 100);
    }
    SECTION("one that nobody knows") {
        f.exit(200, 0, 4711);
        CHECK(f.at(300).ptid == 1);
    }
}

TEST_CASE("pitfall 12: a reaper that is not known is read from /proc") {
    auto proc = std::make_shared<FakeProc>();
    proc->infos[900] = info_of("subreaper", 0);
    proc->infos[900].tgid = 900;
    state::Options options = offline();
    options.live = true;
    options.proc = proc;
    State state(options);
    ProcessSpec spec = shell();
    state.add_process(spec);
    spec.tid = 200;
    spec.ptid = 100;
    state.add_process(spec);
    const TestEvent event =
        make_event(EventType::procexit, {{"status", 0}, {"reaper_tid", 900}}, {.tgid = 100});
    state.begin(event.event());
    state.end(event.event());
    REQUIRE(state.find(900) != nullptr);
    CHECK(state.find(900)->comm() == "subreaper");
    CHECK(state.find(200)->ptid == 900);
}

TEST_CASE("pitfall 13: no reaper across the border of a PID namespace, none in a loop") {
    Fixture f;
    ProcessSpec inside = shell();
    inside.tid = 400;
    inside.ptid = 100;
    inside.vtid = inside.vpid = 5;
    inside.in_pidns = true;
    f.state.add_process(inside);
    inside.tid = 401;
    inside.ptid = 400;
    inside.vtid = inside.vpid = 6;
    f.state.add_process(inside);
    f.exit(400);
    CHECK(f.at(401).ptid == 0);  // neither the host's init nor 1
    ProcessSpec loop = shell();
    loop.tid = 500;
    loop.ptid = 100;
    f.state.add_process(loop);
    loop.tid = 501;
    loop.ptid = 500;
    f.state.add_process(loop);
    f.exec(500, "loop", {{"ptid", 501}});
    f.exit(501);
    CHECK(f.at(500).ptid == 0);
}

TEST_CASE("pitfall 14: children may hang on a thread; their parent is its process") {
    Fixture f;
    f.add_thread(101);
    f.clone_child(200, 100);
    f.clone_child(300, 200);
    f.exit(200, 0, 101);
    CHECK(f.at(300).ptid == 101);
    CHECK(f.state.parent(f.at(300)) == &f.at(100));
    CHECK(f.state.parent(f.at(100)) == &f.at(1));
}

TEST_CASE("pitfall 15: a number that may be a namespace's makes no child") {
    Fixture f;
    const std::int64_t flags = GENERATE(kChildInPidns, kCloneNewpid, kCloneParent);
    f.clone_parent(100, 7, flags);
    CHECK(f.state.find(7) == nullptr);
    f.run(EventType::clone,
          {{"res", 8}, {"tid", 100}, {"pid", 100}, {"vtid", 3}, {"vpid", 3}, {"flags", 0}},
          {.tgid = 100});
    CHECK(f.state.find(8) == nullptr);
    f.clone_child(700, 100);  // the child's own event does
    CHECK(f.at(700).ptid == 100);
}

TEST_CASE("pitfalls 16 and 17: a child is in a namespace by its flag, even with equal numbers") {
    Fixture f;
    f.clone_parent(100, 7, kChildInPidns);
    CHECK_FALSE(f.at(100).in_pidns);  // the caller is outside still
    f.clone_child(600, 100, kChildInPidns);
    CHECK(f.at(600).vtid == 600);
    CHECK(f.at(600).in_pidns);
    f.clone_child(601, 100);
    CHECK_FALSE(f.at(601).in_pidns);
}

TEST_CASE("pitfall 18: a thread's parent is its group's; CLONE_PARENT's child is a sibling") {
    Fixture f;
    f.add_thread(101);
    CHECK(f.at(101).ptid == 1);
    f.clone_child(200, 1, kCloneParent);
    CHECK(f.at(200).ptid == 1);
}

TEST_CASE("pitfall 19: the parent of a vfork makes no child, nor one that just ended") {
    Fixture f;
    f.clone_parent(100, 200, 0, EventType::vfork);
    CHECK(f.state.find(200) == nullptr);
    f.clone_parent(100, 201, kCloneVfork);
    CHECK(f.state.find(201) == nullptr);
    f.clone_child(202, 100);
    f.exit(202);
    f.clone_parent(100, 202);
    CHECK(f.state.find(202) == nullptr);
}

TEST_CASE("pitfalls 20 and 22: the child's event first stands; leftovers of the number go") {
    Fixture f;
    f.run(EventType::clone,
          {{"res", 0},
           {"tid", 200},
           {"pid", 200},
           {"ptid", 100},
           {"vtid", 200},
           {"vpid", 200},
           {"flags", 0},
           {"comm", "child"}},
          {.tgid = 200});
    f.clone_parent(100, 200);
    CHECK(f.at(200).comm() == "child");
    ProcessSpec left = shell();
    left.tid = 300;
    left.comm = "left";
    f.state.add_process(left);
    f.clone_parent(100, 300);
    CHECK(f.at(300).comm() == "bash");
    CHECK(f.at(300).ptid == 100);
}

TEST_CASE("pitfall 21: two seconds of event time part a clone from a leftover") {
    Fixture f;
    f.clone_parent(100, 200);
    f.now += kSecond;
    f.run(EventType::clone,
          {{"res", 0}, {"tid", 200}, {"pid", 200}, {"ptid", 100}, {"comm", "late"}}, {.tgid = 200});
    CHECK(f.at(200).comm() == "bash");  // the same clone
    f.now += 3 * kSecond;
    f.run(EventType::clone,
          {{"res", 0}, {"tid", 200}, {"pid", 200}, {"ptid", 100}, {"comm", "other"}},
          {.tgid = 200});
    CHECK(f.at(200).comm() == "other");
    f.exit(200);
    f.now += 3 * kSecond;
    f.clone_parent(100, 200);  // the exit is too long ago to be this child's
    CHECK(f.state.find(200) != nullptr);
}

TEST_CASE("pitfall 23: fork has no flags and makes a process") {
    Fixture f;
    f.run(EventType::fork, {{"res", 200}, {"tid", 100}, {"pid", 100}, {"vtid", 100}, {"vpid", 100}},
          {.tgid = 100});
    CHECK(f.at(200).is_leader());
    CHECK(f.at(200).ptid == 100);
}

TEST_CASE("pitfall 24: a parent is named by a thread in events, by its process in /proc") {
    Fixture f;
    f.add_thread(101);
    f.clone_child(200, 101);
    f.clone_child(201, 100);
    CHECK(f.state.parent(f.at(200)) == &f.at(100));
    CHECK(f.state.parent(f.at(201)) == &f.at(100));
}

TEST_CASE(
    "pitfall 25: a namespace's start is counted from boot, and only the child's event has it") {
    Fixture f;
    const std::uint64_t boot = f.state.options().boot_epoch_ns;
    f.run(EventType::clone,
          {{"res", 0},
           {"tid", 200},
           {"pid", 200},
           {"ptid", 100},
           {"vtid", 1},
           {"vpid", 1},
           {"flags", kChildInPidns},
           {"pidns_init_start_ts", 5 * kSecond}},
          {.tgid = 200});
    CHECK(f.at(200).pidns_start_ns == boot + 5 * kSecond);
    const TestEvent unknown = make_event(EventType::getuid, {{"uid", 0}}, {.tgid = 800});
    f.state.begin(unknown.event());
    CHECK(f.at(800).pidns_start_ns == boot);
}

TEST_CASE("pitfall 26: an exec that does not say its group keeps the one it has") {
    Fixture f;
    const std::int64_t group = f.at(100).pgid;
    f.exec(100, "fresh");
    CHECK(f.at(100).pgid == group);
    f.exec(100, "fresh", {{"pgid", 77}});
    CHECK(f.at(100).pgid == 77);
}

TEST_CASE("pitfall 27: setpgid counts, and setsid is the kernel's number") {
    Fixture f;
    ProcessSpec inside = shell();
    inside.tid = 400;
    inside.vtid = inside.vpid = 5;
    f.state.add_process(inside);
    f.run(EventType::setsid, {{"res", 5}}, {.tgid = 400});
    CHECK(f.at(400).sid == 400);
    f.run(EventType::setpgid, {{"res", 0}, {"pid", 0}, {"pgid", 0}}, {.tgid = 100});
    CHECK(f.at(100).pgid == 100);
    CHECK(f.at(100).vpgid == 100);
}

TEST_CASE("pitfall 28: a name set by prctl is no new name; asking for the reaper makes none") {
    Fixture f;
    constexpr std::int64_t kSetName = 15, kGetSubreaper = 37, kSetSubreaper = 36;
    f.run(EventType::prctl,
          {{"res", 0}, {"option", kSetName}, {"arg2_str", "hidden"}, {"arg2_int", 0}},
          {.tgid = 100});
    CHECK(f.at(100).comm() == "bash");
    f.run(EventType::prctl, {{"res", 0}, {"option", kGetSubreaper}, {"arg2_int", 1}},
          {.tgid = 100});
    CHECK_FALSE(f.at(100).reaper);
    f.run(EventType::prctl, {{"res", 0}, {"option", kSetSubreaper}, {"arg2_int", 1}},
          {.tgid = 100});
    CHECK(f.at(100).reaper);
}

TEST_CASE("pitfall 29: -1 leaves an id as it is") {
    Fixture f;
    f.run(EventType::setresuid, {{"res", 0}, {"ruid", 5}, {"euid", 0xffffffff}, {"suid", 5}},
          {.tgid = 100});
    CHECK(f.at(100).uid == 1000);
    f.run(EventType::setregid, {{"res", 0}, {"rgid", 5}, {"egid", 0xffffffff}}, {.tgid = 100});
    CHECK(f.at(100).gid == 0);
    f.run(EventType::setresuid, {{"res", 0}, {"ruid", -1}, {"euid", 33}, {"suid", -1}},
          {.tgid = 100});
    CHECK(f.at(100).uid == 33);
}

TEST_CASE("pitfall 31: capabilities of a capset that failed are not the process's") {
    Fixture f;
    const ParamList caps = {{"cap_inheritable", 1}, {"cap_permitted", 2}, {"cap_effective", 3}};
    ParamList failed = caps, done = caps;
    failed.emplace_back("res", -1);
    done.emplace_back("res", 0);
    f.run(EventType::capset, failed, {.tgid = 100});
    CHECK(f.at(100).cap_effective == 0);
    f.run(EventType::capset, done, {.tgid = 100});
    CHECK(f.at(100).cap_effective == 3);
}

TEST_CASE("pitfall 32: a user namespace of its own gives all rights; setns of any kind does not") {
    Fixture f;
    constexpr std::int64_t kNewuser = 0x100000;
    f.run(EventType::setns, {{"res", 0}, {"fd", 3}, {"nstype", 0}}, {.tgid = 100});
    CHECK(f.at(100).cap_effective == 0);
    f.run(EventType::unshare, {{"res", -1}, {"flags", kNewuser}}, {.tgid = 100});
    CHECK(f.at(100).cap_effective == 0);
    f.run(EventType::unshare, {{"res", 0}, {"flags", kNewuser}}, {.tgid = 100});
    CHECK(f.at(100).cap_effective == (std::uint64_t{1} << 41) - 1);
}
