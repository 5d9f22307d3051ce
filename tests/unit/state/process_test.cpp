// SPDX-License-Identifier: Apache-2.0
// Life of processes: who makes an entry, who inherits what, who adopts whom.
#include "state/state.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/make_event.hpp"

using namespace sensor;
using namespace sensor::testing;
using state::Bound;
using state::ProcessSpec;
using state::State;

namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;
constexpr std::uint64_t kNow = 1'700'000'000 * kSecond;
constexpr std::int64_t kCloneThread = 0x2000, kCloneNewpid = 0x40, kCloneParent = 0x100, kCloneVfork = 0x8000000;
constexpr std::int64_t kChildInPidns = 0x20000000;

state::Options offline() {
    state::Options options;
    options.live = false;
    options.host_root.clear();
    options.boot_epoch_ns = kNow - 1000 * kSecond;
    return options;
}

ProcessSpec shell() {
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

ProcessSpec init() {
    ProcessSpec spec;
    spec.tid = 1;
    spec.comm = "systemd";
    return spec;
}

struct Fixture {
    State state{offline()};
    std::uint64_t now = kNow;

    Fixture() {
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
    void clone_parent(std::uint32_t tid, std::int64_t child, std::int64_t flags = 0, EventType type = EventType::clone) {
        run(type,
            {{"res", child}, {"tid", tid}, {"pid", tid}, {"vtid", tid}, {"vpid", tid}, {"flags", flags}, {"comm", "bash"}},
            {.tgid = tid});
    }
    void clone_child(std::uint32_t tid, std::uint32_t ptid, std::int64_t flags = 0, std::uint64_t start = 0) {
        run(EventType::clone,
            {{"res", 0}, {"tid", tid}, {"pid", tid}, {"ptid", ptid}, {"vtid", tid}, {"vpid", tid}, {"flags", flags}, {"comm", "bash"}},
            {.tgid = tid, .start = start});
    }
    void exec(std::uint32_t tid, std::string_view comm, const ParamList& more = {}) {
        ParamList params = {{"res", 0}, {"exe", comm}, {"args", block({"-l", "/srv"})}, {"comm", comm}};
        params.insert(params.end(), more.begin(), more.end());
        run(EventType::execve, params, {.tgid = tid});
    }
    void exit(std::uint32_t tgid, std::uint32_t tid = 0, std::int64_t reaper = 0) {
        run(EventType::procexit, {{"status", 0}, {"reaper_tid", reaper}}, {.tgid = tgid, .tid = tid});
    }
};

}  // namespace

TEST_CASE("the parent's clone makes the child, the child's leaves it alone") {
    Fixture f;
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
    Fixture f;
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
    Fixture f;
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
    Fixture f;
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
    Fixture f;
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
    Fixture f;
    f.run(EventType::clone,
          {{"res", 0}, {"tid", 300}, {"pid", 300}, {"ptid", 100}, {"vtid", 1}, {"vpid", 1}, {"flags", kChildInPidns},
           {"pidns_init_start_ts", 5 * kSecond}},
          {.tgid = 300});
    const state::Thread* child = f.state.find(300);
    REQUIRE(child != nullptr);
    CHECK(child->vpid == 1);
    CHECK(child->in_pidns);
    CHECK(child->pidns_start_ns == kNow - 1000 * kSecond + 5 * kSecond);
}

TEST_CASE("threads live in their leader's group") {
    Fixture f;
    f.run(EventType::clone, {{"res", 101}, {"vtid", 100}, {"vpid", 100}, {"flags", kCloneThread}, {"comm", "bash"}}, {.tgid = 100});
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
              {{"res", 0}, {"tid", 400}, {"pid", 400}, {"ptid", 101}, {"vtid", 400}, {"vpid", 400}, {"comm", "kid"}}, {.tgid = 400});
        CHECK(f.state.parent(*f.state.find(400))->tgid == 100);
        f.exec(100, "ls");
        CHECK(f.state.find(101) == nullptr);
        CHECK(f.state.find(400)->ptid == 100);
    }
}

TEST_CASE("exec replaces the image of the caller only") {
    Fixture f;
    f.clone_parent(100, 200);
    f.exec(200, "ls", {{"uid", 0}, {"tty", 34816}, {"trusted_exepath", "/usr/bin/ls (deleted)"}, {"exe_ino", 42}, {"flags", 1 | 4}, {"env", block({"A=1", "B="})}});
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
    Fixture f;
    f.run(EventType::execve, {{"res", -2}, {"exe", "nope"}, {"comm", "nope"}}, {.tgid = 100});
    CHECK(f.state.find(100)->comm() == "bash");
    f.run(EventType::execveat, {{"res", -13}, {"exe", "nope"}, {"comm", "nope"}}, {.tgid = 100});
    CHECK(f.state.find(100)->image->exe == "/bin/bash");
}

TEST_CASE("empty arguments survive, one closing NUL does not count") {
    Fixture f;
    f.run(EventType::execve, {{"res", 0}, {"exe", "a"}, {"comm", "a"}, {"args", block({"x", "", "y", ""})}}, {.tgid = 100});
    const state::ExecImage& image = *f.state.find(100)->image;
    CHECK(image.arg_count == 4);
    CHECK(image.args_text == "x  y ");
    CHECK(image.cmdline == "a x  y ");
    CHECK(*state::block_item(image.args, 1) == "");
    CHECK(*state::block_item(image.args, 3) == "");
    CHECK_FALSE(state::block_item(image.args, 4).has_value());
}

TEST_CASE("orphans get the reaper the kernel would choose") {
    Fixture f;
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
    Fixture f;
    const TestEvent event = make_event(EventType::procexit, {{"status", 0}}, {.ts = kNow, .tgid = 100});
    const Bound bound = f.state.begin(event.event());
    REQUIRE(bound.thread != nullptr);
    CHECK(bound.thread->comm() == "bash");
    f.state.end(event.event());
    CHECK(f.state.find(100) == nullptr);
}

TEST_CASE("procexit and clone of unknown threads make nothing up") {
    Fixture f;
    f.exit(777);
    CHECK(f.state.find(777) == nullptr);
}

TEST_CASE("a number with another start time is another process") {
    Fixture f;
    ProcessSpec spec = shell();
    spec.tid = 600;
    spec.start_ns = 10 * kSecond;
    f.state.add_process(spec);
    const TestEvent same = make_event(EventType::getcwd, {{"res", 2}, {"path", "/"}}, {.ts = kNow, .tgid = 600, .start = 10 * kSecond});
    CHECK(f.state.begin(same.event()).thread->comm() == "bash");
    f.state.end(same.event());
    const TestEvent other = make_event(EventType::getcwd, {{"res", 2}, {"path", "/"}}, {.ts = kNow, .tgid = 600, .start = 20 * kSecond});
    const Bound bound = f.state.begin(other.event());
    REQUIRE(bound.thread != nullptr);
    CHECK(bound.thread->comm() == "<NA>");
    CHECK(bound.thread->tgid == 600);
    CHECK(f.state.stats().pid_reuse == 1);
}

TEST_CASE("a parent younger than its child is not its parent") {
    Fixture f;
    ProcessSpec child = shell();
    child.tid = 700;
    child.ptid = 701;
    child.start_ns = 10 * kSecond;
    f.state.add_process(child);
    ProcessSpec stranger = shell();
    stranger.tid = 701;
    stranger.start_ns = 20 * kSecond;
    f.state.add_process(stranger);
    CHECK(f.state.parent(*f.state.find(700)) == nullptr);
}

TEST_CASE("set*id takes the effective id; -1 leaves it") {
    Fixture f;
    const auto uid = [&] { return f.state.find(100)->uid; };
    const auto gid = [&] { return f.state.find(100)->gid; };
    f.run(EventType::setuid, {{"res", 0}, {"uid", 5}}, {.tgid = 100});
    CHECK(uid() == 5);
    f.run(EventType::setresuid, {{"res", 0}, {"ruid", 6}, {"euid", 0xffffffffU}, {"suid", 6}}, {.tgid = 100});
    CHECK(uid() == 5);
    f.run(EventType::setresuid, {{"res", 0}, {"ruid", 6}, {"euid", 7}, {"suid", 8}}, {.tgid = 100});
    CHECK(uid() == 7);
    f.run(EventType::setreuid, {{"res", 0}, {"ruid", 9}, {"euid", 10}}, {.tgid = 100});
    CHECK(uid() == 10);
    f.run(EventType::setuid, {{"res", -1}, {"uid", 0}}, {.tgid = 100});
    CHECK(uid() == 10);
    f.run(EventType::setgid, {{"res", 0}, {"gid", 11}}, {.tgid = 100});
    CHECK(gid() == 11);
    f.run(EventType::setregid, {{"res", 0}, {"rgid", 12}, {"egid", 0xffffffffU}}, {.tgid = 100});
    CHECK(gid() == 11);
    f.run(EventType::setresgid, {{"res", 0}, {"rgid", 12}, {"egid", 13}, {"sgid", 14}}, {.tgid = 100});
    CHECK(gid() == 13);
}

TEST_CASE("sessions, groups, capabilities, namespaces, limits") {
    Fixture f;
    const state::Thread& thread = *f.state.find(100);
    f.run(EventType::setsid, {{"res", 3}}, {.tgid = 100});
    CHECK(thread.sid == 100);  // the kernel's number, not the namespace's
    CHECK(thread.pgid == 100);
    CHECK(thread.vpgid == 3);
    f.run(EventType::setsid, {{"res", -1}}, {.tgid = 100});
    CHECK(thread.sid == 100);

    f.clone_parent(100, 200);
    f.run(EventType::setpgid, {{"res", 0}, {"pid", 200}, {"pgid", 200}}, {.tgid = 100});
    CHECK(f.state.find(200)->pgid == 200);
    CHECK(thread.pgid == 100);

    f.run(EventType::capset, {{"res", -1}, {"cap_inheritable", 1}, {"cap_permitted", 2}, {"cap_effective", 4}}, {.tgid = 100});
    CHECK(thread.cap_effective == 0);
    f.run(EventType::capset, {{"res", 0}, {"cap_inheritable", 1}, {"cap_permitted", 2}, {"cap_effective", 4}}, {.tgid = 100});
    CHECK(thread.cap_inheritable == 1);
    CHECK(thread.cap_permitted == 2);
    CHECK(thread.cap_effective == 4);
    f.run(EventType::setns, {{"res", 0}, {"fd", 3}, {"nstype", 0}}, {.tgid = 100});
    CHECK(thread.cap_effective == 4);
    f.run(EventType::unshare, {{"res", 0}, {"flags", 0x100000}}, {.tgid = 100});
    CHECK(thread.cap_effective == (std::uint64_t{1} << 41) - 1);

    f.run(EventType::setrlimit, {{"res", 0}, {"cur", 77}, {"max", 99}, {"resource", 7}}, {.tgid = 100});
    CHECK(thread.fd_limit == 77);
    f.run(EventType::prlimit, {{"res", 0}, {"newcur", 88}, {"newmax", 99}, {"oldcur", 0}, {"oldmax", 0}, {"pid", 0}, {"resource", 7}}, {.tgid = 100});
    CHECK(thread.fd_limit == 88);
    f.run(EventType::prlimit, {{"res", 0}, {"newcur", 5}, {"newmax", 9}, {"oldcur", 0}, {"oldmax", 0}, {"pid", 0}, {"resource", 3}}, {.tgid = 100});
    CHECK(thread.fd_limit == 88);
}

TEST_CASE("directories are joined lexically") {
    Fixture f;
    const state::Thread& thread = *f.state.find(100);
    f.run(EventType::chdir, {{"res", 0}, {"path", "../../srv//x/."}}, {.tgid = 100});
    CHECK(thread.directory() == "/srv/x/");
    f.run(EventType::chdir, {{"res", -2}, {"path", "/nope"}}, {.tgid = 100});
    CHECK(thread.directory() == "/srv/x/");
    f.run(EventType::getcwd, {{"res", 5}, {"path", "/var"}}, {.tgid = 100});
    CHECK(thread.directory() == "/var/");
    const TestEvent described = make_event(EventType::fchdir, {{"res", 0}, {"fd", 9}}, {.tgid = 100}, [] {
        ExtraSpec extra;
        extra.fd = file_object("/opt/dir", 5, 1, S_IFDIR);
        extra.fd->fd.fd = 9;
        return extra;
    }());
    f.state.begin(described.event());
    f.state.end(described.event());
    CHECK(thread.directory() == "/opt/dir/");
    f.run(EventType::chroot, {{"res", 0}, {"path", "jail"}}, {.tgid = 100});
    CHECK(state::view(thread.root) == "/opt/dir/jail");
}

TEST_CASE("the table stays within its bound and counts what it lets go") {
    state::Options options = offline();
    options.max_threads = 16;
    State state(options);
    for (std::uint32_t tid = 2; tid < 100; ++tid) {
        ProcessSpec spec = shell();
        spec.tid = tid;
        spec.ptid = 0;
        state.add_process(spec);
    }
    CHECK(state.stats().threads == 16);
    CHECK(state.stats().threads_evicted == 98 - 16);
    CHECK(state.find(99) != nullptr);
}
