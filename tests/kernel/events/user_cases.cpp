// SPDX-License-Identifier: Apache-2.0
// Cases of events about users, groups, capabilities and limits.
#include <linux/capability.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "case_support.hpp"

using namespace kernel_test;

EVENT_CASE(setuid) {
    expect.number("res", call(SYS_setuid, 1001));
    expect.number("uid", 1001);
}

EVENT_CASE(setgid) {
    expect.number("res", call(SYS_setgid, 1002));
    expect.number("gid", 1002);
}

EVENT_CASE(setreuid) {
    expect.number("res", call(SYS_setreuid, 1001, -1));
    expect.number("ruid", 1001);
    expect.number("euid", 0xffffffff);  // keep it
}

EVENT_CASE(setregid) {
    expect.number("res", call(SYS_setregid, -1, 1002));
    expect.number("rgid", 0xffffffff);
    expect.number("egid", 1002);
}

EVENT_CASE(setresuid) {
    expect.number("res", call(SYS_setresuid, 1001, 1002, 1003));
    expect.number("ruid", 1001);
    expect.number("euid", 1002);
    expect.number("suid", 1003);
}

EVENT_CASE(setresgid) {
    expect.number("res", call(SYS_setresgid, 1001, 1002, 1003));
    expect.number("rgid", 1001);
    expect.number("egid", 1002);
    expect.number("sgid", 1003);
}

EVENT_CASE(getresuid) {
    if (::setresuid(1001, 1002, 1003) != 0) return;
    unsigned real = 0, effective = 0, saved = 0;
    expect.number("res", call(SYS_getresuid, &real, &effective, &saved));
    expect.number("ruid", 1001);
    expect.number("euid", 1002);
    expect.number("suid", 1003);
}

EVENT_CASE(getresgid) {
    if (::setresgid(1001, 1002, 1003) != 0) return;
    unsigned real = 0, effective = 0, saved = 0;
    expect.number("res", call(SYS_getresgid, &real, &effective, &saved));
    expect.number("rgid", 1001);
    expect.number("egid", 1002);
    expect.number("sgid", 1003);
}

EVENT_CASE(getuid) {
    if (::setresuid(1001, 1002, 1003) != 0) return;
    call(SYS_getuid);
    expect.number("uid", 1001);
}

EVENT_CASE(geteuid) {
    if (::setresuid(1001, 1002, 1003) != 0) return;
    call(SYS_geteuid);
    expect.number("euid", 1002);
}

EVENT_CASE(getgid) {
    if (::setresgid(1001, 1002, 1003) != 0) return;
    call(SYS_getgid);
    expect.number("gid", 1001);
}

EVENT_CASE(getegid) {
    if (::setresgid(1001, 1002, 1003) != 0) return;
    call(SYS_getegid);
    expect.number("egid", 1002);
}

EVENT_CASE(capset) {
    const auto whole = [](std::uint32_t low, std::uint32_t high) {
        return static_cast<std::int64_t>(std::uint64_t{high} << 32 | low);
    };
    __user_cap_header_struct head{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct caps[2] = {};
    call(SYS_capget, &head, caps);
    caps[0].inheritable = caps[0].permitted & ~1U;
    caps[0].effective &= ~2U;
    expect.number("res", call(SYS_capset, &head, caps));
    call(SYS_capget, &head, caps);  // what is told is what came of it
    expect.number("cap_inheritable", whole(caps[0].inheritable, caps[1].inheritable));
    expect.number("cap_permitted", whole(caps[0].permitted, caps[1].permitted));
    expect.number("cap_effective", whole(caps[0].effective, caps[1].effective));
}

EVENT_CASE(setrlimit) {
    const rlimit limit{111, 222};
    expect.number("res", call(SYS_setrlimit, RLIMIT_RTTIME, &limit));
    expect.number("cur", 111);
    expect.number("max", 222);
    expect.number("resource", 15);
}

EVENT_CASE(getrlimit) {
    rlimit limit{333, RLIM_INFINITY};
    ::setrlimit(RLIMIT_RTTIME, &limit);
    expect.number("res", call(SYS_getrlimit, RLIMIT_RTTIME, &limit));
    expect.number("cur", 333);
    expect.number("max", -1);
    expect.number("resource", 15);
}

EVENT_CASE(prlimit) {
    const rlimit before{444, 555}, limit{111, 222};
    ::setrlimit(RLIMIT_RTTIME, &before);
    rlimit old{};
    expect.number("res", call(SYS_prlimit64, ::getpid(), RLIMIT_RTTIME, &limit, &old));
    expect.number("newcur", 111);
    expect.number("newmax", 222);
    expect.number("oldcur", 444);
    expect.number("oldmax", 555);
    expect.number("pid", ::getpid());
    expect.number("resource", 15);
}
