// SPDX-License-Identifier: Apache-2.0
// Cases of events about processes: new ones, new programs, their end, groups and sessions.
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <climits>

#include "process_support.hpp"

using namespace kernel_test;

// The side of the parent; clone3 below is the side of the child.
EVENT_CASE(clone) {
    const long child = call(SYS_clone, CLONE_FS | CLONE_FILES | SIGCHLD, 0, 0, 0, 0);
    if (child == 0) ::_exit(0);
    ::waitpid(static_cast<pid_t>(child), nullptr, 0);
    expect_same_program(expect);
    expect_numbers(expect, ::getpid(), ::getppid());
    expect.number("flags", 2 | 1 | child_in_pidns());
    expect.number("res", child);
    expect.number("pidns_init_start_ts", 0);  // only the child tells
}

EVENT_CASE(clone3) {
    const pid_t parent = ::getpid();
    clone_args args{};
    args.flags = CLONE_NEWUTS | CLONE_FILES;
    args.exit_signal = SIGCHLD;
    const long child = call(SYS_clone3, &args, sizeof args);
    if (child == 0) {
        expect_new_process(expect, ::getpid(), parent);
        expect.number("flags", 0x80 | 1 | child_in_pidns());
        ::_exit(0);
    }
    ::waitpid(static_cast<pid_t>(child), nullptr, 0);
}

EVENT_CASE(execve) {
    const char* const argv[] = {"the name", "", "0", nullptr};
    const char* const env[] = {"A=1", "B=two", nullptr};
    expect.number("res", 0);
    expect.text("exe", "the name");
    expect.text("args", std::string_view("\0"
                                         "0",
                                         3));
    expect.text("env", std::string_view("A=1\0B=two", 10));
    expect.text("comm", "kernel_helper");
    expect.text("filename", KERNEL_HELPER);
    expect_executing(expect);
    expect_executed(expect, KERNEL_HELPER);
    expect.between("vm_size", 1, INT_MAX);  // that of the new program
    expect.between("vm_rss", 0, INT_MAX);
    expect.between("vm_swap", 0, INT_MAX);
    call(SYS_execve, KERNEL_HELPER, argv, env);
}

// One that fails: a good one is an execve event.
EVENT_CASE(execveat) {
    const Folder folder;
    const int dir = folder.open();
    // On the stack: the probe reads only pages that are there.
    char zero[] = "zero", one[] = "one", two[] = "two", variable[] = "E=1";
    const char* const argv[] = {zero, one, two, nullptr};
    const char* const env[] = {variable, nullptr};
    char self[PATH_MAX] = {}, name[16] = {};
    if (::readlink("/proc/self/exe", self, sizeof self - 1) < 0) return;
    ::prctl(PR_GET_NAME, name);
    expect.number("res", call(SYS_execveat, dir, "missing", argv, env, 0));
    expect_memory(expect);
    expect.text("exe", "zero");
    expect.text("args", std::string_view("one\0two", 8));
    expect.text("env", std::string_view("E=1", 4));
    expect.text("comm", name);
    expect_executing(expect);
    expect_executed(expect, self);
}

// The process has a child that somebody must take over: the case itself, which asked for that.
EVENT_CASE(procexit) {
    int gate[2];
    if (::pipe(gate) != 0) return;
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    const pid_t ending = ::fork();
    if (ending == 0) {
        if (::fork() == 0) {
            ::close(gate[1]);
            char byte = 0;
            ::_exit(::read(gate[0], &byte, 1) == 0 ? 0 : 1);  // until the case is done
        }
        ::_exit(7);
    }
    ::waitpid(ending, nullptr, 0);
    ::close(gate[1]);
    ::wait(nullptr);
    expect.number("status", 7 << 8);
    expect.number("ret", 7);
    expect.number("sig", 0);
    expect.number("core", 0);
    expect_host_number(expect, "reaper_tid", ::getpid());
    expect.by(ending);
}

EVENT_CASE(setsid) { expect.number("res", call(SYS_setsid)); }

EVENT_CASE(setpgid) {
    const pid_t self = ::getpid();
    expect.number("res", call(SYS_setpgid, self, self));
    expect.number("pid", self);
    expect.number("pgid", self);
}

EVENT_CASE(unshare) {
    expect.number("res", call(SYS_unshare, CLONE_NEWNS | CLONE_NEWUTS | CLONE_FS));
    expect.number("flags", 0x20 | 0x80 | 2);
}

EVENT_CASE(setns) {
    const int before = ::open("/proc/self/ns/uts", O_RDONLY);
    if (::unshare(CLONE_NEWUTS) != 0) return;
    expect.number("res", call(SYS_setns, before, CLONE_NEWUTS));
    expect.number("fd", before);
    expect.number("nstype", 0x80);
}

EVENT_CASE(ptrace) {
    static const std::uint64_t secret = 0x1122334455667788;
    const pid_t other = ::fork();
    if (other == 0) {
        ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
        ::raise(SIGSTOP);
        ::_exit(0);
    }
    ::waitpid(other, nullptr, 0);
    std::uint64_t word = 0;
    expect.number("res", call(SYS_ptrace, PTRACE_PEEKDATA, other, &secret, &word));
    expect.text("addr", dynamic('\0', &secret));
    expect.text("data", dynamic('\0', secret));  // the word that was read
    expect.number("request", 3);
    expect.number("pid", other);
    ::kill(other, SIGKILL);
    ::waitpid(other, nullptr, 0);
}

EVENT_CASE(prctl) {
    expect.number("res", call(SYS_prctl, PR_SET_NAME, "new name"));
    expect.number("option", 15);
    expect.text("arg2_str", "new name");
    expect.number("arg2_int", 0);
}
