// SPDX-License-Identifier: Apache-2.0
// What single calls change in a process, and what a reused number means.
#include "tests/unit/state/process_fixture.hpp"

using namespace sensor;
using namespace sensor::testing;

TEST_CASE("a number with another start time is another process") {
    ProcessFixture f;
    ProcessSpec spec = shell();
    spec.tid = 600;
    spec.start_ns = 10 * kSecond;
    f.state.add_process(spec);
    const TestEvent same = make_event(EventType::getcwd, {{"res", 2}, {"path", "/"}},
                                      {.ts = kNow, .tgid = 600, .start = 10 * kSecond});
    CHECK(f.state.begin(same.event()).thread->comm() == "bash");
    f.state.end(same.event());
    const TestEvent other = make_event(EventType::getcwd, {{"res", 2}, {"path", "/"}},
                                       {.ts = kNow, .tgid = 600, .start = 20 * kSecond});
    const Bound bound = f.state.begin(other.event());
    REQUIRE(bound.thread != nullptr);
    CHECK(bound.thread->comm() == "<NA>");
    CHECK(bound.thread->tgid == 600);
    CHECK(f.state.stats().pid_reuse == 1);
}

TEST_CASE("a parent younger than its child is not its parent") {
    ProcessFixture f;
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

TEST_CASE("a parent that becomes known later has its children, and gives them on when it ends") {
    ProcessFixture f;
    constexpr std::uint64_t kBorn = 50 * kSecond;
    f.clone_child(300, 200, 0, kBorn);  // nothing was seen of 200
    f.clone_child(301, 200, 0, kBorn);
    CHECK(f.state.parent(*f.state.find(300)) == nullptr);
    f.exit(301);  // no longer waits
    std::uint64_t start = kBorn - kSecond;
    SECTION("an older process of that number") {
        f.run(EventType::chdir, {{"res", 0}, {"path", "/"}}, {.tgid = 200, .start = start});
        REQUIRE(f.state.find(200) != nullptr);
        CHECK(f.state.parent(*f.state.find(300)) == f.state.find(200));
        f.exit(200, 0, 100);
        CHECK(f.state.parent(*f.state.find(300)) == f.state.find(100));
    }
    SECTION("a younger one is somebody else") {
        start = kBorn + kSecond;
        f.run(EventType::chdir, {{"res", 0}, {"path", "/"}}, {.tgid = 200, .start = start});
        f.exit(200, 0, 100);
        CHECK(f.state.parent(*f.state.find(300)) == nullptr);
    }
}

TEST_CASE("set*id takes the effective id; -1 leaves it") {
    ProcessFixture f;
    const auto uid = [&] { return f.state.find(100)->uid; };
    const auto gid = [&] { return f.state.find(100)->gid; };
    f.run(EventType::setuid, {{"res", 0}, {"uid", 5}}, {.tgid = 100});
    CHECK(uid() == 5);
    f.run(EventType::setresuid, {{"res", 0}, {"ruid", 6}, {"euid", 0xffffffffU}, {"suid", 6}},
          {.tgid = 100});
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
    f.run(EventType::setresgid, {{"res", 0}, {"rgid", 12}, {"egid", 13}, {"sgid", 14}},
          {.tgid = 100});
    CHECK(gid() == 13);
}

TEST_CASE("sessions, groups, capabilities, namespaces, limits") {
    ProcessFixture f;
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

    f.run(EventType::capset,
          {{"res", -1}, {"cap_inheritable", 1}, {"cap_permitted", 2}, {"cap_effective", 4}},
          {.tgid = 100});
    CHECK(thread.cap_effective == 0);
    f.run(EventType::capset,
          {{"res", 0}, {"cap_inheritable", 1}, {"cap_permitted", 2}, {"cap_effective", 4}},
          {.tgid = 100});
    CHECK(thread.cap_inheritable == 1);
    CHECK(thread.cap_permitted == 2);
    CHECK(thread.cap_effective == 4);
    f.run(EventType::setns, {{"res", 0}, {"fd", 3}, {"nstype", 0}}, {.tgid = 100});
    CHECK(thread.cap_effective == 4);
    f.run(EventType::unshare, {{"res", 0}, {"flags", 0x100000}}, {.tgid = 100});
    CHECK(thread.cap_effective == (std::uint64_t{1} << 41) - 1);

    f.run(EventType::setrlimit, {{"res", 0}, {"cur", 77}, {"max", 99}, {"resource", 7}},
          {.tgid = 100});
    CHECK(thread.fd_limit == 77);
    f.run(EventType::prlimit,
          {{"res", 0},
           {"newcur", 88},
           {"newmax", 99},
           {"oldcur", 0},
           {"oldmax", 0},
           {"pid", 0},
           {"resource", 7}},
          {.tgid = 100});
    CHECK(thread.fd_limit == 88);
    f.run(EventType::prlimit,
          {{"res", 0},
           {"newcur", 5},
           {"newmax", 9},
           {"oldcur", 0},
           {"oldmax", 0},
           {"pid", 0},
           {"resource", 3}},
          {.tgid = 100});
    CHECK(thread.fd_limit == 88);
}

TEST_CASE("directories are joined lexically") {
    ProcessFixture f;
    const state::Thread& thread = *f.state.find(100);
    f.run(EventType::chdir, {{"res", 0}, {"path", "../../srv//x/."}}, {.tgid = 100});
    CHECK(thread.directory() == "/srv/x/");
    f.run(EventType::chdir, {{"res", -2}, {"path", "/nope"}}, {.tgid = 100});
    CHECK(thread.directory() == "/srv/x/");
    f.run(EventType::getcwd, {{"res", 5}, {"path", "/var"}}, {.tgid = 100});
    CHECK(thread.directory() == "/var/");
    const TestEvent described =
        make_event(EventType::fchdir, {{"res", 0}, {"fd", 9}}, {.tgid = 100}, [] {
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
