// SPDX-License-Identifier: Apache-2.0
// exec, clone, exit, credentials: what the process events hold.
#include <fcntl.h>
#include <linux/sched.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <thread>

#include "groups.hpp"
#include "tests/support/catch.hpp"
#include "watch.hpp"

using namespace sensor;
using namespace kernel_test;

namespace {

void exec_helper(const char* path, std::vector<const char*> argv, std::vector<const char*> env) {
    argv.push_back(nullptr);
    env.push_back(nullptr);
    ::execve(path, const_cast<char**>(argv.data()), const_cast<char**>(env.data()));
}

std::string nul_joined(std::initializer_list<const char*> texts) {
    std::string all;
    for (const char* t : texts) all += std::string(t) + '\0';
    return all;
}

bool same_namespace() {
    return std::filesystem::read_symlink("/proc/self/ns/pid") == "pid:[4026531836]";
}

/// Tells the test, as the name of a folder that is not there, the inode number of a namespace.
void show_namespace(const char* name) {
    struct stat about{};
    ::stat((std::string("/proc/self/ns/") + name).c_str(), &about);
    [[maybe_unused]] const int r =
        ::chdir(("/nowhere/" + std::string(name) + "/" + std::to_string(about.st_ino)).c_str());
}

}  // namespace

TEST_CASE("records carry the namespaces of the thread") {
    SKIP_WITHOUT_KERNEL();
    const Run run = watch([] {
        show_namespace("mnt");
        show_namespace("pid");
        if (::unshare(CLONE_NEWNS) != 0) ::_exit(7);
        show_namespace("mnt");
    });
    const auto moves = run.records.of(EventType::chdir);
    REQUIRE(moves.size() == 3);
    const auto named = [](const Event& e, const char* prefix, std::uint32_t number) {
        return text(e, "path") == prefix + std::to_string(number);
    };
    CHECK(named(moves[0], "/nowhere/mnt/", moves[0].head().mnt_ns));
    CHECK(named(moves[1], "/nowhere/pid/", moves[1].head().pid_ns));
    CHECK(named(moves[2], "/nowhere/mnt/", moves[2].head().mnt_ns));
    CHECK(moves[0].head().mnt_ns != moves[2].head().mnt_ns);
    CHECK(moves[0].head().pid_ns == moves[2].head().pid_ns);
}

TEST_CASE("execve, fork: the v2 group is told, with controllers or without") {
    SKIP_WITHOUT_KERNEL();
    const std::string root = mounted("cgroup2", ",");
    if (root.empty()) {
        WARN("no cgroup2 hierarchy is mounted: not tested");
        return;
    }
    const Group group(root);
    REQUIRE_FALSE(group.path.empty());
    const Run run = watch([&] {
        if (!group.join()) return;
        if (::syscall(SYS_fork) == 0) exec_helper(KERNEL_HELPER, {"h"}, {});
        while (::wait(nullptr) > 0) {
        }
    });
    const std::string end = group.path.substr(root.size()) + '\0';
    const auto execs = run.records.of(EventType::execve);
    REQUIRE(execs.size() == 1);
    CHECK(text(execs[0], "cgroups").find(end) != std::string_view::npos);
    const auto forks = run.records.of(EventType::fork);
    REQUIRE(forks.size() == 2);
    for (const Event& e : forks) CHECK(text(e, "cgroups").find(end) != std::string_view::npos);
}

TEST_CASE("execve: all parameters") {
    SKIP_WITHOUT_KERNEL();
    struct stat st{};
    REQUIRE(::stat(KERNEL_HELPER, &st) == 0);
    const Run run =
        watch([] { exec_helper(KERNEL_HELPER, {"argv zero", "", "7"}, {"A=1", "B=two"}); });
    const auto events = run.records.of(EventType::execve);
    REQUIRE(events.size() == 1);
    const Event& e = events[0];
    CHECK(number(e, "res") == 0);
    CHECK(text(e, "exe") == "argv zero");
    CHECK(text(e, "args") == nul_joined({"", "7"}));
    CHECK(text(e, "env") == nul_joined({"A=1", "B=two"}));
    CHECK(number(e, "tid") == e.head().tid);
    CHECK(number(e, "pid") == e.head().tgid);
    CHECK(e.head().ns_tgid == static_cast<std::uint32_t>(run.child));
    CHECK(number(e, "ptid") > 0);
    CHECK(number(e, "fdlimit") == ::sysconf(_SC_OPEN_MAX));
    CHECK(present(e, "pgft_maj"));
    CHECK(number(e, "pgft_min") > 0);
    CHECK(number(e, "vm_size") > 0);
    CHECK(present(e, "vm_rss"));
    CHECK(number(e, "vm_swap") == 0);
    CHECK(text(e, "comm") == "kernel_helper");
    CHECK(text(e, "cgroups").find("memory=/") != std::string_view::npos);
    CHECK(text(e, "cgroups").find("cpuset=/") == 0);
    CHECK(present(e, "tty"));
    CHECK(number(e, "vpgid") == ::getpgrp());
    CHECK(present(e, "loginuid"));
    CHECK(number(e, "flags") == 1);  // root can write it
    CHECK(present(e, "cap_inheritable"));
    CHECK(number(e, "cap_effective") != 0);
    CHECK(number(e, "cap_permitted") != 0);
    CHECK(number(e, "exe_ino") == static_cast<std::int64_t>(st.st_ino));
    CHECK(number(e, "exe_ino_ctime") == st.st_ctim.tv_sec * 1'000'000'000 + st.st_ctim.tv_nsec);
    CHECK(number(e, "exe_ino_mtime") == st.st_mtim.tv_sec * 1'000'000'000 + st.st_mtim.tv_nsec);
    CHECK(number(e, "uid") == 0);
    CHECK(number(e, "gid") == 0);
    CHECK(text(e, "trusted_exepath") == KERNEL_HELPER);
    CHECK(number(e, "pgid") > 0);
    CHECK(text(e, "filename") == KERNEL_HELPER);
    CHECK((e.head().flags & REC_F_CRITICAL) != 0);
}

TEST_CASE("exec from a memfd") {
    SKIP_WITHOUT_KERNEL();
    const Run run = watch([] {
        const int from = ::open(KERNEL_HELPER, O_RDONLY);
        const int mem = static_cast<int>(::syscall(SYS_memfd_create, "secret", MFD_CLOEXEC));
        struct stat st{};
        ::fstat(from, &st);
        ::sendfile(mem, from, nullptr, static_cast<std::size_t>(st.st_size));
        const char* argv[] = {"x", nullptr};
        ::syscall(SYS_execveat, mem, "", argv, environ, AT_EMPTY_PATH);
    });
    const auto events = run.records.of(EventType::execve);
    REQUIRE(events.size() == 1);
    CHECK(text(events[0], "trusted_exepath") == "memfd:secret");
    CHECK((number(events[0], "flags") & 4) != 0);
    CHECK(text(events[0], "filename").substr(0, 8) == "/dev/fd/");
    const auto made = run.records.of(EventType::memfd_create);
    REQUIRE(made.size() == 1);
    CHECK(text(made[0], "name") == "secret");
    CHECK(number(made[0], "flags") == 1);
}

TEST_CASE("failed execs tell what was tried") {
    SKIP_WITHOUT_KERNEL();
    const Run run = watch([] {
        exec_helper("/nowhere/prog", {"zero", "one"}, {"E=1"});
        ::syscall(SYS_execve, "/nowhere/bare", nullptr, nullptr);
        const char* argv[] = {"at", nullptr};
        ::syscall(SYS_execveat, AT_FDCWD, "/nowhere/at", argv, nullptr, 0);
    });
    const auto events = run.records.of(EventType::execve);
    REQUIRE(events.size() == 2);
    CHECK(number(events[0], "res") == -ENOENT);
    CHECK(text(events[0], "exe") == "zero");
    CHECK(text(events[0], "args") == nul_joined({"one"}));
    CHECK(text(events[0], "env") == nul_joined({"E=1"}));
    CHECK(text(events[0], "filename") == "/nowhere/prog");
    CHECK(text(events[0], "trusted_exepath") ==
          std::filesystem::read_symlink("/proc/self/exe").string());
    CHECK(present(events[1], "exe"));
    CHECK(text(events[1], "exe").empty());
    const auto at = run.records.of(EventType::execveat);
    REQUIRE(at.size() == 1);
    CHECK(text(at[0], "exe") == "at");
}

TEST_CASE("fork, clone, clone3, vfork and threads: both sides") {
    SKIP_WITHOUT_KERNEL();
    const Run run = watch([] {
        if (::syscall(SYS_fork) == 0) ::_exit(3);
        if (::syscall(SYS_clone, CLONE_FS | SIGCHLD, nullptr, nullptr, nullptr, 0) == 0) ::_exit(4);
        clone_args args{};
        args.exit_signal = SIGCHLD;
        args.flags = CLONE_FILES;
        if (::syscall(SYS_clone3, &args, sizeof args) == 0) ::_exit(5);
        if (::vfork() == 0) ::_exit(6);
        while (::wait(nullptr) > 0) {
        }
        std::thread([] {}).join();
    });
    const auto forks = run.records.of(EventType::fork);
    REQUIRE(forks.size() == 2);
    for (const Event& e : forks) {
        CHECK(number(e, "flags") == (same_namespace() ? 0 : 0x20000000));
        CHECK(number(e, "tid") == e.head().tid);
        CHECK(number(e, "vtid") == e.head().ns_tid);
        CHECK(number(e, "vpid") == e.head().ns_tgid);
        CHECK(text(e, "comm") == "kernel_tests");
        CHECK_FALSE(text(e, "exe").empty());
        CHECK(number(e, "uid") == 0);
        CHECK(number(e, "fdlimit") == ::sysconf(_SC_OPEN_MAX));
        CHECK(text(e, "cgroups").find("memory=/") != std::string_view::npos);
    }
    const std::size_t child_side = number(forks[0], "res") == 0 ? 0 : 1;
    CHECK(number(forks[child_side], "res") == 0);
    CHECK(number(forks[child_side], "ptid") == forks[1 - child_side].head().tid);
    CHECK(present(forks[child_side], "pidns_init_start_ts"));
    CHECK(number(forks[1 - child_side], "res") == forks[child_side].head().ns_tgid);
    CHECK(forks[child_side].head().start > forks[1 - child_side].head().start);

    const auto clones = run.records.of(EventType::clone);
    REQUIRE(clones.size() >= 2);
    CHECK((number(clones[0], "flags") & 2) != 0);
    const auto clone3s = run.records.of(EventType::clone3);
    REQUIRE(clone3s.size() >= 2);
    CHECK((number(clone3s[0], "flags") & 1) != 0);
    CHECK(run.records.of(EventType::vfork).size() == 2);
    // The thread: its own tid in its process's group.
    const Event& thread = clone3s.back();
    CHECK((number(thread, "flags") & 0x2000) != 0);

    const auto exits = run.records.of(EventType::procexit);
    REQUIRE(exits.size() == 6);  // four children, the thread, the process
    std::vector<std::int64_t> codes;
    for (const Event& e : exits) codes.push_back(number(e, "ret"));
    std::sort(codes.begin(), codes.end());
    CHECK(codes == std::vector<std::int64_t>{0, 0, 3, 4, 5, 6});
}

TEST_CASE("exit: signal, status and who inherits the children") {
    SKIP_WITHOUT_KERNEL();
    const Run run = watch([] {
        if (::fork() == 0) {
            if (::fork() == 0) {
                ::usleep(100'000);
                ::_exit(0);
            }
            ::kill(::getpid(), SIGKILL);
        }
        ::wait(nullptr);
        ::usleep(200'000);
    });
    const auto exits = run.records.of(EventType::procexit);
    REQUIRE(exits.size() == 3);
    CHECK(number(exits[0], "sig") == SIGKILL);
    CHECK(number(exits[0], "status") == SIGKILL);
    CHECK(number(exits[0], "core") == 0);
    CHECK(number(exits[0], "reaper_tid") > 0);
    CHECK(number(exits[1], "reaper_tid") == 0);
    CHECK(number(exits[2], "sig") == 0);
}

TEST_CASE("credentials and sessions raise the generation") {
    SKIP_WITHOUT_KERNEL();
    const Run run = watch([] {
        ::syscall(SYS_getppid);
        ::syscall(SYS_setsid);
        ::syscall(SYS_setresgid, 7, 8, 9);
        ::syscall(SYS_setuid, 4242);
        ::syscall(SYS_setuid, 0);
    });
    const auto sessions = run.records.of(EventType::setsid);
    REQUIRE(sessions.size() == 1);
    CHECK(number(sessions[0], "res") == run.child);
    const auto groups = run.records.of(EventType::setresgid);
    REQUIRE(groups.size() == 1);
    CHECK(number(groups[0], "rgid") == 7);
    CHECK(number(groups[0], "egid") == 8);
    CHECK(number(groups[0], "sgid") == 9);
    const auto users = run.records.of(EventType::setuid);
    REQUIRE(users.size() == 2);
    CHECK(number(users[0], "uid") == 4242);
    CHECK(number(users[0], "res") == 0);
    CHECK(number(users[1], "res") == -EPERM);
    CHECK(groups[0].head().generation > sessions[0].head().generation);
    CHECK(users[0].head().generation > groups[0].head().generation);
    CHECK(users[1].head().generation == users[0].head().generation);  // it failed
}

TEST_CASE("an exec by another thread than the leader keeps scope and identity") {
    SKIP_WITHOUT_KERNEL();
    const Run run =
        watch([] { std::thread([] { exec_helper(KERNEL_HELPER, {"late", "9"}, {}); }).join(); });
    CHECK(WEXITSTATUS(run.status) == 9);
    const auto events = run.records.of(EventType::execve);
    REQUIRE(events.size() == 1);
    CHECK(events[0].head().tid == events[0].head().tgid);
    CHECK(events[0].head().start == run.records[0].head().start);
    CHECK(events[0].head().generation > run.records[0].head().generation);
    REQUIRE_FALSE(run.records.of(EventType::procexit).empty());
    CHECK(number(run.records.of(EventType::procexit).back(), "ret") == 9);
}
