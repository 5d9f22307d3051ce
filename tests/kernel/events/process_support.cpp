// SPDX-License-Identifier: Apache-2.0
#include "process_support.hpp"

#include <fcntl.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>

namespace kernel_test {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

std::int64_t now_ns(clockid_t clock) {
    timespec now{};
    ::clock_gettime(clock, &now);
    return now.tv_sec * kSecond + now.tv_nsec;
}

std::string content(const char* path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// When the first process of this namespace began, by the monotonic clock; /proc knows it in ticks
/// of the clock that also counts sleep.
void expect_init_start(Expect& expect) {
    const std::int64_t tick = kSecond / ::sysconf(_SC_CLK_TCK);
    const std::int64_t start = stat_field("1", 22) * tick;
    const std::int64_t slept = now_ns(CLOCK_BOOTTIME) - now_ns(CLOCK_MONOTONIC);
    expect.between("pidns_init_start_ts", std::max<std::int64_t>(start - slept - tick, 0),
                   start + tick);
}

/// What clone and exec say alike: limits, faults, groups.
void expect_process(Expect& expect) {
    rlimit files{};
    ::getrlimit(RLIMIT_NOFILE, &files);
    expect.absent("cwd");  // user space knows it better
    expect.number("fdlimit", static_cast<std::int64_t>(files.rlim_cur));
    expect.between("pgft_maj", 0, 1'000'000);
    expect.between("pgft_min", 0, 1'000'000);
    expect.some("cgroups");
}

void expect_own_name(Expect& expect) {
    char name[16] = {};
    ::prctl(PR_GET_NAME, name);
    expect.text("comm", name);
}

}  // namespace

std::int64_t child_in_pidns() { return in_first_pid_namespace() ? 0 : 0x20000000; }

void expect_same_program(Expect& expect) {
    expect_memory(expect);
    expect_process(expect);
    expect_own_name(expect);
    const std::string line = content("/proc/self/cmdline");
    const std::string exe = line.c_str();
    expect.text("exe", exe);
    expect.text("args", std::string_view(line).substr(exe.size() + 1));
    expect.number("uid", ::geteuid());
    expect.number("gid", ::getegid());
}

void expect_numbers(Expect& expect, pid_t process, pid_t parent) {
    expect_host_number(expect, "tid", process);
    expect_host_number(expect, "pid", process);
    expect_host_number(expect, "ptid", parent);
    expect.number("vtid", process);
    expect.number("vpid", process);
}

void expect_new_process(Expect& expect, pid_t process, pid_t parent) {
    expect_same_program(expect);
    expect_numbers(expect, process, parent);
    expect_init_start(expect);
    expect.number("res", 0);
    expect.by(process);
}

void expect_executing(Expect& expect) {
    __user_cap_header_struct head{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct caps[2] = {};
    ::syscall(SYS_capget, &head, caps);
    const auto whole = [](std::uint32_t low, std::uint32_t high) {
        return static_cast<std::int64_t>(std::uint64_t{high} << 32 | low);
    };
    expect_process(expect);
    expect_host_number(expect, "tid", ::getpid());
    expect_host_number(expect, "pid", ::getpid());
    expect_host_number(expect, "ptid", ::getppid());
    expect.number("tty", stat_field("self", 7));
    expect.number("vpgid", ::getpgrp());
    expect_host_number(expect, "pgid", ::getpgrp());
    expect.number("loginuid", std::atoll(content("/proc/self/loginuid").c_str()));
    expect.number("cap_inheritable", whole(caps[0].inheritable, caps[1].inheritable));
    expect.number("cap_permitted", whole(caps[0].permitted, caps[1].permitted));
    expect.number("cap_effective", whole(caps[0].effective, caps[1].effective));
    expect.number("uid", ::geteuid());
    expect.number("gid", ::getegid());
}

void expect_executed(Expect& expect, const char* path) {
    struct stat file{};
    ::stat(path, &file);
    const auto ns = [](const timespec& t) { return t.tv_sec * kSecond + t.tv_nsec; };
    expect.text("trusted_exepath", path);
    expect.number("flags", 1);  // root can write it
    expect.number("exe_ino", static_cast<std::int64_t>(file.st_ino));
    expect.number("exe_ino_ctime", ns(file.st_ctim));
    expect.number("exe_ino_mtime", ns(file.st_mtim));
}

}  // namespace kernel_test
