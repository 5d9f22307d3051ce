// SPDX-License-Identifier: Apache-2.0
// Life of processes: who makes an entry, who inherits what, who adopts whom.
#include "tests/unit/state/process_fixture.hpp"

using namespace sensor;
using namespace sensor::testing;

TEST_CASE("the parent's clone makes the child, the child's leaves it alone") {
    ProcessFixture f;
    f.clone_parent(100, 200);
    const state::Thread* child = f.state.find(200);
    REQUIRE(child != nullptr);
    CHECK(child->comm() == "bash");
    CHECK(child->image.get() == f.state.find(100)->image.get());  // shared, not copied
    CHECK(child->directory() == "/home/me/");
    CHECK(child->uid == 1000);
    CHECK(f.state.parent(*child)->tgid == 100);
    CHECK(child->last_exec_ts_ns == 0);
    const std::uint64_t clone_ts = child->clone_ts_ns;
    f.clone_child(200, 100, 0, 555);
    CHECK(f.state.find(200) == child);
    CHECK(child->clone_ts_ns == clone_ts);
    CHECK(child->start_ns == 555);
}

TEST_CASE("the child's clone may come first") {
    ProcessFixture f;
    f.clone_child(200, 100, 0, 555);
    const state::Thread* child = f.state.find(200);
    REQUIRE(child != nullptr);
    CHECK(child->child_first);
    CHECK(f.state.parent(*child)->tgid == 100);
    f.clone_parent(100, 200);
    CHECK(f.state.find(200) == child);
    CHECK(child->start_ns == 555);
}

TEST_CASE("an entry left over from a reused number is replaced") {
    ProcessFixture f;
    ProcessSpec old = shell();
    old.tid = 200;
    old.comm = "stale";
    old.clone_ts_ns = kNow - 50 * kSecond;
    f.state.add_process(old);
    SECTION("by the child") { f.clone_child(200, 100); }
    SECTION("by the parent") { f.clone_parent(100, 200); }
    CHECK(f.state.find(200)->comm() == "bash");
    CHECK(f.state.parent(*f.state.find(200))->tgid == 100);
}

TEST_CASE("the parent never makes a child whose number it cannot know") {
    ProcessFixture f;
    SECTION("child in a PID namespace") { f.clone_parent(100, 200, kChildInPidns); }
    SECTION("new PID namespace") { f.clone_parent(100, 200, kCloneNewpid); }
    SECTION("child of its parent") { f.clone_parent(100, 200, kCloneParent); }
    SECTION("CLONE_VFORK") { f.clone_parent(100, 200, kCloneVfork); }
    SECTION("vfork") { f.clone_parent(100, 200, 0, EventType::vfork); }
    SECTION("failed") { f.clone_parent(100, -11); }
    SECTION("caller numbered by its namespace") {
        f.run(EventType::clone, {{"res", 200}, {"vtid", 7}, {"vpid", 7}}, {.tgid = 100});
    }
    CHECK(f.state.find(200) == nullptr);
}

TEST_CASE("a child that already ended is not made again by its parent") {
    ProcessFixture f;
    f.clone_child(200, 100);
    f.exit(200);
    REQUIRE(f.state.find(200) == nullptr);
    SECTION("within two seconds") {
        f.clone_parent(100, 200);
        CHECK(f.state.find(200) == nullptr);
    }
    SECTION("but the same number later is another process") {
        f.now += 3 * kSecond;
        f.clone_parent(100, 200);
        CHECK(f.state.find(200) != nullptr);
    }
}

TEST_CASE("a child in a PID namespace has the kernel's number and its own") {
    ProcessFixture f;
    f.run(EventType::clone,
          {{"res", 0},
           {"tid", 300},
           {"pid", 300},
           {"ptid", 100},
           {"vtid", 1},
           {"vpid", 1},
           {"flags", kChildInPidns},
           {"pidns_init_start_ts", 5 * kSecond}},
          {.tgid = 300});
    const state::Thread* child = f.state.find(300);
    REQUIRE(child != nullptr);
    CHECK(child->vpid == 1);
    CHECK(child->in_pidns);
    CHECK(child->pidns_start_ns == kNow - 1000 * kSecond + 5 * kSecond);
}

TEST_CASE("threads live in their leader's group") {
    ProcessFixture f;
    f.run(EventType::clone,
          {{"res", 101}, {"vtid", 100}, {"vpid", 100}, {"flags", kCloneThread}, {"comm", "bash"}},
          {.tgid = 100});
    const state::Thread* thread = f.state.find(101);
    REQUIRE(thread != nullptr);
    CHECK(thread->tgid == 100);
    CHECK(thread->leader == f.state.find(100));
    CHECK(f.state.find(100)->alive == 2);
    CHECK(f.state.parent(*thread)->tgid == 1);

    SECTION("its directory is the leader's") {
        f.run(EventType::chdir, {{"res", 0}, {"path", "../you"}}, {.tgid = 100, .tid = 101});
        CHECK(f.state.find(100)->directory() == "/home/you/");
        CHECK(thread->directory() == "/home/you/");
    }
    SECTION("the leader's entry outlives it while a thread runs") {
        f.exit(100);
        REQUIRE(f.state.find(100) != nullptr);
        CHECK(f.state.find(100)->exited);
        f.exit(100, 101);
        CHECK(f.state.find(101) == nullptr);
        CHECK(f.state.find(100) == nullptr);
    }
    SECTION("a thread's exec takes over the dead leader") {
        f.exit(100);
        f.exec(100, "ls");
        REQUIRE(f.state.find(100) != nullptr);
        CHECK_FALSE(f.state.find(100)->exited);
        CHECK(f.state.find(100)->alive == 1);
        CHECK(f.state.find(101) == nullptr);
        CHECK(f.state.find(100)->comm() == "ls");
    }
    SECTION("children of removed threads stay in the group") {
        f.run(EventType::clone,
              {{"res", 0},
               {"tid", 400},
               {"pid", 400},
               {"ptid", 101},
               {"vtid", 400},
               {"vpid", 400},
               {"comm", "kid"}},
              {.tgid = 400});
        CHECK(f.state.parent(*f.state.find(400))->tgid == 100);
        f.exec(100, "ls");
        CHECK(f.state.find(101) == nullptr);
        CHECK(f.state.find(400)->ptid == 100);
    }
}

TEST_CASE("exec replaces the image of the caller only") {
    ProcessFixture f;
    f.clone_parent(100, 200);
    f.exec(200, "ls",
           {{"uid", 0},
            {"tty", 34816},
            {"trusted_exepath", "/usr/bin/ls (deleted)"},
            {"exe_ino", 42},
            {"flags", 1 | 4},
            {"env", block({"A=1", "B="})}});
    const state::Thread& child = *f.state.find(200);
    CHECK(child.comm() == "ls");
    CHECK(child.image->cmdline == "ls -l /srv");
    CHECK(child.image->exepath == "/usr/bin/ls");
    CHECK(child.image->exe_ino == 42);
    CHECK(child.image->writable);
    CHECK(child.image->from_memfd);
    CHECK(child.uid == 0);
    CHECK(child.tty == 34816);
    CHECK(child.last_exec_ts_ns != 0);
    CHECK(f.state.find(100)->comm() == "bash");
    CHECK(f.state.find(100)->image->cmdline == "bash -i");
}

TEST_CASE("a failed exec changes nothing") {
    ProcessFixture f;
    f.run(EventType::execve, {{"res", -2}, {"exe", "nope"}, {"comm", "nope"}}, {.tgid = 100});
    CHECK(f.state.find(100)->comm() == "bash");
    f.run(EventType::execveat, {{"res", -13}, {"exe", "nope"}, {"comm", "nope"}}, {.tgid = 100});
    CHECK(f.state.find(100)->image->exe == "/bin/bash");
}

TEST_CASE("empty arguments survive, one closing NUL does not count") {
    ProcessFixture f;
    f.run(EventType::execve,
          {{"res", 0}, {"exe", "a"}, {"comm", "a"}, {"args", block({"x", "", "y", ""})}},
          {.tgid = 100});
    const state::ExecImage& image = *f.state.find(100)->image;
    CHECK(image.arg_count == 4);
    CHECK(image.args_text() == "x  y ");
    CHECK(image.cmdline == "a x  y ");
    CHECK(*state::block_item(image.args, 1) == "");
    CHECK(*state::block_item(image.args, 3) == "");
    CHECK_FALSE(state::block_item(image.args, 4).has_value());
}

TEST_CASE("orphans get the reaper the kernel would choose") {
    ProcessFixture f;
    f.clone_parent(100, 200);
    f.clone_parent(200, 300);
    REQUIRE(f.state.parent(*f.state.find(300))->tgid == 200);
    SECTION("init, the nearest reaper above") {
        f.exit(200);
        CHECK(f.state.parent(*f.state.find(300))->tgid == 1);
    }
    SECTION("the subreaper that asked for it") {
        f.run(EventType::prctl, {{"res", 0}, {"option", 36}, {"arg2_int", 1}}, {.tgid = 100});
        f.exit(200);
        CHECK(f.state.parent(*f.state.find(300))->tgid == 100);
    }
    SECTION("asking whether one is a subreaper does not make it one") {
        f.run(EventType::prctl, {{"res", 0}, {"option", 37}, {"arg2_int", 1}}, {.tgid = 100});
        f.exit(200);
        CHECK(f.state.parent(*f.state.find(300))->tgid == 1);
    }
    SECTION("the one the event names") {
        f.exit(200, 0, 100);
        CHECK(f.state.parent(*f.state.find(300))->tgid == 100);
    }
    SECTION("nobody across the border of a PID namespace") {
        f.state.find(300);
        ProcessSpec inner = shell();
        inner.tid = 500;
        inner.ptid = 200;
        inner.in_pidns = true;
        inner.vtid = 5;
        f.state.add_process(inner);
        inner.tid = 501;
        inner.ptid = 500;
        f.state.add_process(inner);
        f.exit(500);
        CHECK(f.state.parent(*f.state.find(501)) == nullptr);
    }
}

TEST_CASE("the thread of procexit is there for the rules and gone after them") {
    ProcessFixture f;
    const TestEvent event =
        make_event(EventType::procexit, {{"status", 0}}, {.ts = kNow, .tgid = 100});
    const Bound bound = f.state.begin(event.event());
    REQUIRE(bound.thread != nullptr);
    CHECK(bound.thread->comm() == "bash");
    f.state.end(event.event());
    CHECK(f.state.find(100) == nullptr);
}

TEST_CASE("procexit and clone of unknown threads make nothing up") {
    ProcessFixture f;
    f.exit(777);
    CHECK(f.state.find(777) == nullptr);
}

TEST_CASE("a parent that has told of its end is none any more, whatever its children still say") {
    ProcessFixture f;
    f.clone_parent(100, 200);
    f.clone_parent(200, 300);
    f.exit(200, 0, 100);
    SECTION("by exec") { f.exec(300, "sh", {{"ptid", 200}}); }
    SECTION("by their own clone") { f.clone_child(300, 200); }
    SECTION("of which nothing was known") {
        f.exit(300);
        f.clone_child(301, 200);
        CHECK(f.state.parent(*f.state.find(301))->tgid == 100);
        return;
    }
    REQUIRE(f.state.parent(*f.state.find(300)) != nullptr);
    CHECK(f.state.parent(*f.state.find(300))->tgid == 100);
}

namespace {

/// A shell in a PID namespace that is 5 there, and is told that its child is 6.
struct NamespacedFixture : ProcessFixture {
    static constexpr std::uint32_t kSpace = 77, kCaller = 300, kChild = 400;
    static inline const std::string kGroup = "cpu=/docker/" + std::string(64, 'a');

    NamespacedFixture() {
        ProcessSpec inner = shell();
        inner.tid = kCaller;
        inner.vtid = inner.vpid = 5;
        inner.in_pidns = true;
        inner.cgroups = block({kGroup});
        state.add_process(inner);
    }
    void tells_caller(std::int64_t flags = 0) {
        run(EventType::clone,
            {{"res", 6},
             {"tid", kCaller},
             {"pid", kCaller},
             {"vtid", 5},
             {"vpid", 5},
             {"flags", flags | kChildInPidns}},
            head(kCaller, kSpace));
    }
    /// number: its own, in `space`; visible: the one that it has for the sensor
    const state::Thread& tells_child(std::int64_t number = 6, std::uint32_t space = kSpace,
                                     std::uint32_t visible = 0) {
        HeadSpec of = head(kChild, space);
        of.ns_tgid = of.ns_tid = visible;
        run(EventType::clone,
            {{"res", 0},
             {"tid", kChild},
             {"pid", kChild},
             {"ptid", 1},
             {"vtid", number},
             {"vpid", number},
             {"cgroups", block({kGroup})},
             {"flags", kChildInPidns}},
            of);
        REQUIRE(state.find(kChild) != nullptr);
        CHECK(state.parent(*state.find(kChild))->tgid == 1);
        return *state.find(kChild);
    }
    static HeadSpec head(std::uint32_t tgid, std::uint32_t space) {
        HeadSpec of{.tgid = tgid, .ns_tgid = 0, .ns_tid = 0};
        of.pid_ns = space;
        return of;
    }
};

}  // namespace

TEST_CASE("what a process inherits is its maker's, though its parent is another by then") {
    NamespacedFixture f;
    SECTION("its maker has ended") {
        f.tells_caller();
        f.exit(f.kCaller, 0, 1);
    }
    SECTION("or gave it its own parent") { f.tells_caller(kCloneParent); }
    const state::Thread& child = f.tells_child();
    CHECK(child.image->exepath == "/usr/bin/bash");
    CHECK(child.cwd->text == "/home/me/");
    CHECK(child.uid == 1000);
    REQUIRE(child.container);
    CHECK(child.container->full_id == std::string(64, 'a'));
}

TEST_CASE("a maker is known by the number that its child has for both") {
    NamespacedFixture f;
    SECTION("nobody said so") { CHECK(f.tells_child().uid == 0); }
    SECTION("another number") {
        f.tells_caller();
        CHECK(f.tells_child(7).uid == 0);
    }
    SECTION("the same number in another namespace") {
        f.tells_caller();
        CHECK(f.tells_child(6, 78).uid == 0);
    }
    SECTION("long ago") {
        f.tells_caller();
        f.now += 3 * kSecond;
        CHECK(f.tells_child().uid == 0);
    }
    SECTION("for another child, which has reported itself") {
        f.tells_caller();
        f.tells_child();
        f.exit(f.kChild, 0, 1);
        CHECK(f.tells_child().uid == 0);
    }
    SECTION("in the sensor's own namespace, the child in one of its own") {
        f.run(EventType::clone,
              {{"res", 6},
               {"tid", f.kCaller},
               {"pid", f.kCaller},
               {"vtid", 5},
               {"vpid", 5},
               {"flags", kCloneNewpid}},
              [&] {
                  HeadSpec of = f.head(f.kCaller, f.kSpace);
                  of.ns_tgid = of.ns_tid = 5;
                  return of;
              }());
        CHECK(f.tells_child(1, 78, 6).uid == 1000);
    }
}
