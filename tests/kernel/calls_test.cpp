// SPDX-License-Identifier: Apache-2.0
// Events read by plan: texts, numbers, translated flags, structures of the caller; other
// interfaces.
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/quota.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "events/compat_support.hpp"
#include "events/net_support.hpp"
#include "tests/support/catch.hpp"
#include "watch.hpp"

using namespace sensor;
using namespace kernel_test;

namespace {

Event only(const Run& run, EventType type) {
    const auto events = run.records.of(type);
    INFO("event " << event_info(type).name);
    REQUIRE(events.size() == 1);
    return events[0];
}

}  // namespace

TEST_CASE("calls on names: rename, link, symlink, mkdir, unlink, chmod, mount") {
    SKIP_WITHOUT_KERNEL();
    const TempFolder temp;
    const Run run = watch([&] {
        const int dir = ::open(temp.path().c_str(), O_RDONLY | O_DIRECTORY);
        call(SYS_mkdirat, dir, "made", 0750);
        call(SYS_symlinkat, "to", dir, "soft");
        call(SYS_linkat, dir, "soft", AT_FDCWD, temp.file("hard").c_str(), AT_SYMLINK_FOLLOW);
        call(SYS_renameat2, dir, "soft", dir, "softer", 1);
        call(SYS_fchmodat, dir, "made", 0700);
        call(SYS_unlinkat, dir, "made", AT_REMOVEDIR);
        call(SYS_rename, "/no/old", "/no/new");
        call(SYS_mount, "/no/dev", "/no/dir", "ext4", 0xc0ed0000UL | 1 | 4096, nullptr);
        call(SYS_umount2, "/no/dir", 2);
    });
    const Event made = only(run, EventType::mkdirat);
    CHECK(number(made, "res") == 0);
    CHECK(text(made, "path") == "made");
    CHECK(number(made, "mode") == 0750);
    CHECK(made.extra(REC_X_DIR) == temp.path());
    const Event soft = only(run, EventType::symlinkat);
    CHECK(text(soft, "target") == "to");
    CHECK(text(soft, "linkpath") == "soft");
    CHECK(soft.extra(REC_X_DIR) == temp.path());
    const Event hard = only(run, EventType::linkat);
    CHECK(number(hard, "newdir") == -100);
    CHECK(text(hard, "newpath") == temp.file("hard"));
    CHECK(number(hard, "flags") == 0x400);
    const Event moved = only(run, EventType::renameat2);
    CHECK(text(moved, "oldpath") == "soft");
    CHECK(text(moved, "newpath") == "softer");
    CHECK(number(moved, "flags") == 1);
    CHECK(number(only(run, EventType::fchmodat), "mode") == 0700);
    CHECK(number(only(run, EventType::unlinkat), "flags") == 0x200);
    CHECK(text(only(run, EventType::rename), "newpath") == "/no/new");
    const Event mounted = only(run, EventType::mount);
    CHECK(number(mounted, "flags") == (1 | 4096));
    CHECK(text(mounted, "dev") == "/no/dev");
    CHECK(text(mounted, "type") == "ext4");
    CHECK((mounted.head().flags & REC_F_CRITICAL) != 0);
    CHECK(number(only(run, EventType::umount2), "flags") == 2);
}

TEST_CASE("structures of the caller: pipes, limits, times, vectors, descriptors") {
    SKIP_WITHOUT_KERNEL();
    const Run run = watch([] {
        int ends[2];
        call(SYS_pipe2, ends, O_CLOEXEC | O_NONBLOCK);
        const rlimit limit{111, 222};
        call(SYS_setrlimit, RLIMIT_CORE, &limit);
        const timespec nap{0, 1234};
        call(SYS_nanosleep, &nap, nullptr);
        const iovec parts[3] = {{const_cast<char*>("ab"), 2},
                                {const_cast<char*>(""), 0},
                                {const_cast<char*>("cde"), 3}};
        call(SYS_writev, ends[1], parts, 3);
        char a[2], b[9];
        const iovec rooms[2] = {{a, 2}, {b, 9}};
        call(SYS_readv, ends[0], rooms, 2);
        call(SYS_dup3, ends[0], 77, O_CLOEXEC);
        call(SYS_fcntl, 77, F_DUPFD_CLOEXEC, 99);
        call(SYS_close_range, 500, 600, 4);
        char path[4096];
        call(SYS_getcwd, path, sizeof path);
        call(SYS_getcwd, path, 1);
    });
    const Event pipe = only(run, EventType::pipe2);
    CHECK(number(pipe, "fd2") == number(pipe, "fd1") + 1);
    CHECK(number(pipe, "ino") > 0);
    CHECK((number(pipe, "flags") & 0x1040) == 0x1040);
    const Event limit = only(run, EventType::setrlimit);
    CHECK(number(limit, "cur") == 111);
    CHECK(number(limit, "max") == 222);
    CHECK(number(limit, "resource") == 4);
    CHECK(number(only(run, EventType::nanosleep), "interval") == 1234);
    const Event out = only(run, EventType::writev);
    CHECK(text(out, "data") == "abcde");
    CHECK(number(out, "size") == 5);
    const Event in = only(run, EventType::readv);
    CHECK(number(in, "res") == 5);
    CHECK(text(in, "data") == "abcde");
    CHECK(number(in, "size") == 11);
    const Event dup = only(run, EventType::dup3);
    CHECK(number(dup, "newfd") == 77);
    CHECK((number(dup, "flags") & 0x1000) != 0);
    CHECK(number(only(run, EventType::fcntl), "cmd") == 0x1a);
    CHECK(number(only(run, EventType::close_range), "last") == 600);
    const auto cwds = run.records.of(EventType::getcwd);
    REQUIRE(cwds.size() == 2);
    CHECK(text(cwds[0], "path").substr(0, 1) == "/");
    CHECK(number(cwds[1], "res") == -ERANGE);
    CHECK_FALSE(present(cwds[1], "path"));
}

TEST_CASE("ptrace, prctl, bpf, memory, capabilities, generic calls") {
    SKIP_WITHOUT_KERNEL();
    const Run run = watch([] {
        const pid_t other = ::fork();
        if (other == 0) {
            for (;;) ::pause();
        }
        call(SYS_ptrace, PTRACE_ATTACH, other, 0, 0);
        ::waitpid(other, nullptr, 0);
        call(SYS_ptrace, PTRACE_CONT, other, 0, SIGKILL);
        ::waitpid(other, nullptr, 0);
        call(SYS_prctl, PR_SET_NAME, "renamed", 0, 0, 0);
        call(SYS_prctl, PR_SET_DUMPABLE, 1, 0, 0, 0);
        call(SYS_bpf, BPF_MAP_GET_NEXT_ID, nullptr, 0);
        call(SYS_mprotect, 0x1000, 4096, PROT_READ | PROT_GROWSDOWN);
        call(SYS_munmap, 0x1000, 4096);
        call(SYS_capset, nullptr, nullptr);
        call(SYS_sethostname, nullptr, -1);
        call(SYS_getppid);
    });
    const auto traces = run.records.of(EventType::ptrace);
    REQUIRE(traces.size() == 2);
    CHECK(number(traces[0], "request") == 0xb);
    CHECK(number(traces[0], "pid") > 0);
    CHECK(number(traces[1], "request") == 8);
    CHECK(text(traces[1], "data") == std::string("\1\11"));  // a signal
    const auto names = run.records.of(EventType::prctl);
    REQUIRE(names.size() == 2);
    CHECK(text(names[0], "arg2_str") == "renamed");
    CHECK(number(names[1], "arg2_int") == 1);
    CHECK_FALSE(present(names[1], "arg2_str"));
    CHECK(number(only(run, EventType::bpf), "cmd") == 0xc);
    const auto protects = run.records.of(EventType::mprotect);
    REQUIRE_FALSE(protects.empty());
    CHECK(number(protects.back(), "prot") == (1 | 0x10));
    REQUIRE_FALSE(run.records.of(EventType::munmap).empty());
    CHECK(number(run.records.of(EventType::munmap).back(), "vm_size") > 0);
    const Event caps = only(run, EventType::capset);
    CHECK(number(caps, "res") == -EFAULT);
    CHECK(number(caps, "cap_effective") != 0);
    bool host = false, parent = false;
    for (const Event& e : run.records.of(EventType::generic)) {
        CHECK(number(e, "ID") == e.head().sc);
        host = host || (number(e, "ID") == 44 && number(e, "nativeID") == SYS_sethostname);
        parent = parent || number(e, "ID") == 41;
    }
    CHECK(host);
    CHECK(parent);
}

TEST_CASE("quotactl: what stands behind the address depends on the command") {
    SKIP_WITHOUT_KERNEL();
    const Run run = watch([] {
        char device[] = "/no/device", file[] = "/no/file";  // the kernel may not come to read them
        if_dqinfo info{};
        info.dqi_bgrace = 11;
        info.dqi_igrace = 12;
        info.dqi_flags = 1;
        info.dqi_valid = IIF_BGRACE | IIF_FLAGS;
        std::uint32_t format = QFMT_VFS_V1;
        call(SYS_quotactl, QCMD(Q_QUOTAON, USRQUOTA), device, QFMT_VFS_V0, file);
        call(SYS_quotactl, QCMD(Q_SETINFO, GRPQUOTA), device, 5, &info);
        call(SYS_quotactl, QCMD(Q_GETFMT, USRQUOTA), device, 5, &format);
        call(SYS_quotactl, QCMD(Q_SYNC, USRQUOTA), nullptr, 5, nullptr);
    });
    const auto events = run.records.of(EventType::quotactl);
    REQUIRE(events.size() == 4);
    CHECK(number(events[0], "cmd") == 1);
    CHECK(text(events[0], "quotafilepath") == "/no/file");
    CHECK(number(events[0], "quota_fmt") == 4);
    CHECK(number(events[0], "type") == 1);
    CHECK(number(events[1], "cmd") == 0x10);
    CHECK(number(events[1], "type") == 2);
    CHECK(number(events[1], "dqi_bgrace") == 11);
    CHECK(number(events[1], "dqi_igrace") == 0);  // not said to be valid
    CHECK(number(events[1], "dqi_flags") == 2);
    CHECK(number(events[1], "id") == 0);  // the third argument is no id here
    CHECK(number(events[2], "cmd") == 4);
    CHECK(number(events[2], "quota_fmt_out") == 1);  // nothing came back
    CHECK(number(events[3], "cmd") == 0x80);
    CHECK_FALSE(present(events[3], "special"));
}

#ifdef __x86_64__
TEST_CASE("32-bit calls are mapped by name") {
    SKIP_WITHOUT_KERNEL();
    const Run run = watch([] {
        char* const name = low_memory("/compat 32");
        if (name == nullptr) ::_exit(1);
        call_32(12, narrow(name));                // chdir
        const long result = call_32(213, 54321);  // setuid32
        ::_exit(result == 0 ? 0 : 38);
    });
    if (!WIFEXITED(run.status) || WEXITSTATUS(run.status) != 0) {
        WARN("this kernel takes no 32-bit calls: not tested");
        return;
    }
    const auto moves = run.records.with_text(EventType::chdir, "path", "/compat 32");
    REQUIRE(moves.size() == 1);
    CHECK((moves[0].head().flags & REC_F_COMPAT) != 0);
    CHECK(number(moves[0], "res") == -ENOENT);
    const Event user = only(run, EventType::setuid);
    CHECK(number(user, "uid") == 54321);
    CHECK((user.head().flags & REC_F_COMPAT) != 0);
}

TEST_CASE("calls behind the 32-bit socketcall are told by name") {
    SKIP_WITHOUT_KERNEL();
    const Run run = watch([] {
        char* const room = low_memory();
        if (room == nullptr) ::_exit(1);
        const long fd = socketcall_32(1, room, {AF_INET, SOCK_STREAM, 0});
        const sockaddr_in nobody = loopback(1);
        std::memcpy(room, &nobody, sizeof nobody);
        socketcall_32(3, room, {narrow(fd), narrow(room), sizeof nobody});
        socketcall_32(77, room, {1, 2, 3});  // there is no such call
        ::_exit(0);
    });
    if (!WIFEXITED(run.status) || WEXITSTATUS(run.status) != 0) {
        WARN("this kernel takes no 32-bit calls: not tested");
        return;
    }
    const Event made = only(run, EventType::socket);
    CHECK((made.head().flags & REC_F_COMPAT) != 0);
    CHECK(number(made, "domain") == 2);
    CHECK(number(made, "type") == SOCK_STREAM);
    const Event connected = only(run, EventType::connect);
    CHECK(number(connected, "res") == -ECONNREFUSED);
    CHECK(number(connected, "fd") == number(made, "fd"));
    CHECK(text(connected, "addr") == captured_address(loopback(1)));
}
#endif
