// SPDX-License-Identifier: Apache-2.0
// evt.*, and parameters as they print.
#include <cstdlib>
#include <ctime>

#include "tests/unit/fields/fixture.hpp"

using namespace sensor;
using namespace sensor::testing;

TEST_CASE("the event") {
    Fixture f;
    f.begin(EventType::unlinkat, {{"res", -2}, {"dirfd", -100}, {"name", "x"}, {"flags", 0}},
            {.tgid = 100, .cpu = 3});
    check(f, {{"evt.num", "7"},
              {"evt.type", "unlinkat"},
              {"syscall.type", "unlinkat"},
              {"evt.type.is.unlinkat", "1"},
              {"evt.type.is.open", "0"},
              {"evt.dir", "<"},
              {"evt.cpu", "3"},
              {"evt.category", "file"},
              {"evt.res", "ENOENT"},
              {"evt.rawres", "-2"},
              {"evt.failed", "true"},
              {"evt.rawtime", "1700000000123456789"},
              {"evt.rawtime.s", "1700000000"},
              {"evt.rawtime.ns", "123456789"},
              {"evt.time.iso8601", "2023-11-14T22:13:20.123456789+0000"},
              {"evt.reltime", "2000000000"},
              {"evt.deltatime", "10"},
              {"evt.args", "res=-2(ENOENT) dirfd=-100(AT_FDCWD) name=x(/home/alice/x) flags=0"},
              {"evt.arg.name", "/home/alice/x"},
              {"evt.arg[2]", "/home/alice/x"},
              {"evt.arg[9]", "(absent)"},
              {"evt.arg.res", "ENOENT"},
              {"evt.rawarg.res", "-2"},
              {"evt.rawarg.name", "x"},
              {"evt.abspath", "/home/alice/x"},
              {"evt.abspath.dst", "(absent)"},
              {"fs.path.name", "(absent)"},
              {"evt.count", "1"},
              {"evt.count.error", "1"},
              {"evt.count.error.file", "1"},
              {"evt.count.error.net", "(absent)"},
              {"evt.source", "syscall"},
              {"evt.is_io", "false"},
              {"evt.io_dir", "(absent)"},
              {"evt.is_open_write", "false"},
              {"evt.latency.human", "0ns"},
              {"evt.around[1700000000120000000]", "4"}});
}

TEST_CASE("local time follows the zone") {
    ::setenv("TZ", "XYZ-05:30", 1);
    ::tzset();
    Fixture f;
    f.begin(EventType::getuid, {{"uid", 0}});
    check(f, {{"evt.time", "03:43:20.123456789"},
              {"evt.time.s", "03:43:20"},
              {"evt.datetime", "2023-11-15 03:43:20.123456789"},
              {"evt.datetime.s", "2023-11-15 03:43:20"},
              {"evt.time.iso8601", "2023-11-14T22:13:20.123456789+0000"}});
    ::unsetenv("TZ");
    ::tzset();
}

TEST_CASE("a call without an event of its own has its name") {
    Fixture f;
    const SyscallInfo& call = *syscall_info("umask");
    f.begin(EventType::generic, {{"ID", call.sc}, {"nativeID", 95}}, {.tgid = 100, .sc = call.sc});
    check(f, {{"evt.type", "umask"},
              {"syscall.type", "umask"},
              {"evt.args", ""},
              {"evt.arg[0]", "umask"},
              {"evt.arg[1]", "95"},
              {"evt.res", "(absent)"},
              {"evt.rawres", "(absent)"},
              {"evt.failed", "(absent)"},
              {"evt.type.is.umask", "1"}});
}

TEST_CASE("buffers, numbers and flags print") {
    Fixture f;
    f.begin(EventType::read,
            {{"res", 4}, {"data", std::string("a\0\x80z", 4)}, {"fd", 3}, {"size", 10}});
    check(f, {{"evt.args", "res=4 data=a..z fd=3 size=10"},
              {"evt.buflen", "4"},
              {"evt.buflen.in", "4"},
              {"evt.buflen.out", "(absent)"},
              {"evt.is_io_read", "true"},
              {"evt.io_dir", "read"}});
    CHECK(f.get("evt.buffer") == std::string("a\0\x80z", 4));
    f.begin(EventType::read, {{"res", 0}, {"fd", 3}, {"size", 10}});
    check(f, {{"evt.args", "res=0 data=NULL fd=3 size=10"},
              {"evt.buffer", "(absent)"},
              {"evt.arg.data", "NULL"}});
    f.begin(EventType::kill, {{"res", 0}, {"pid", 50}, {"sig", 9}});
    check(f, {{"evt.args", "res=0 pid=50(bash) sig=9(SIGKILL)"}});
    f.begin(EventType::fchmodat,
            {{"res", 0}, {"dirfd", -100}, {"filename", "/x"}, {"mode", 04755}});
    check(f, {{"evt.arg.mode", "S_IXOTH|S_IROTH|S_IXGRP|S_IRGRP|S_IXUSR|S_IWUSR|S_IRUSR|S_ISUID"},
              {"evt.args",
               "res=0 dirfd=-100(AT_FDCWD) filename=/x "
               "mode=04755(S_IXOTH|S_IROTH|S_IXGRP|S_IRGRP|S_IXUSR|S_IWUSR|S_IRUSR|S_ISUID)"},
              {"fs.path.name", "/x"}});
    f.begin(EventType::futex, {{"res", 0}, {"addr", 16}, {"op", 129}, {"val", 1}});
    check(f, {{"evt.args", "res=0 addr=10 op=129(FUTEX_PRIVATE_FLAG|FUTEX_WAKE) val=1"}});
    f.begin(EventType::nanosleep, {{"res", 0}, {"interval", 1'000'000}});
    check(f, {{"evt.args", "res=0 interval=1000000(0.001s)"}, {"evt.is_wait", "true"}});
}

TEST_CASE("ids and values of dynamic type print") {
    Fixture f;
    f.begin(EventType::setresuid, {{"res", 0}, {"ruid", 0xffffffffU}, {"euid", 0}, {"suid", 5}});
    check(f, {{"evt.args", "res=0 ruid=-1(<NONE>) euid=0(root) suid=5(<NA>)"},
              {"evt.arg.euid", "root"}});
    f.begin(EventType::getsockopt, {{"res", 0},
                                    {"fd", 3},
                                    {"level", 1},
                                    {"optname", 8},
                                    {"val", dyn(2, raw(std::uint32_t{212992}))},
                                    {"optlen", 4}});
    check(f, {{"evt.args",
               "res=0 fd=3 level=1(SOL_SOCKET) optname=8(SO_RCVBUF) val=212992 optlen=4"}});
    f.begin(EventType::ptrace, {{"res", 0},
                                {"addr", dyn(0, raw(std::uint64_t{0}))},
                                {"data", dyn(1, raw(std::uint8_t{9}))},
                                {"request", 1},
                                {"pid", 0}});
    check(f, {{"evt.args", "res=0 addr=0 data=9(SIGKILL) request=1(PTRACE_TRACEME) pid=0"},
              {"evt.arg.request", "PTRACE_TRACEME"}});
}

TEST_CASE("descriptors print") {
    Fixture f;
    f.begin(EventType::pipe2, {{"res", 0}, {"fd1", 4}, {"fd2", 5}, {"ino", 187059}, {"flags", 0}});
    check(f, {{"evt.args", "res=0 fd1=4(<p>) fd2=5(<p>) ino=187059 flags=0(O_NONE)"},
              {"evt.category", "IPC"},
              {"fd.num", "5"}});
    f.begin(EventType::mmap, {{"res", 139769841614848},
                              {"vm_size", 1664},
                              {"vm_rss", 308},
                              {"vm_swap", 0},
                              {"addr", 0},
                              {"length", 8192},
                              {"prot", 3},
                              {"flags", 10},
                              {"fd", -1},
                              {"offset", 0}});
    check(f, {{"evt.args",
               "res=139769841614848 vm_size=1664 vm_rss=308 vm_swap=0 addr=0 length=8192 "
               "prot=3(PROT_READ|PROT_WRITE) "
               "flags=10(MAP_PRIVATE|MAP_ANONYMOUS) fd=-1(EPERM) offset=0"}});
}

TEST_CASE("paths print") {
    Fixture f;
    f.begin(EventType::mkdir, {{"res", 0}, {"path", "t"}, {"mode", 0777}});
    check(f, {{"evt.args", "res=0 path=t(/home/alice/t) mode=1FF"},
              {"fs.path.name", "/home/alice/t"},
              {"fs.path.nameraw", "t"}});
    f.begin(EventType::linkat, {{"res", 0},
                                {"olddir", -100},
                                {"oldpath", "/etc/shadow"},
                                {"newdir", -100},
                                {"newpath", "h"},
                                {"flags", 0}});
    check(f, {{"fs.path.source", "/home/alice/h"},
              {"fs.path.target", "/etc/shadow"},
              {"evt.abspath", "/etc/shadow"},
              {"evt.abspath.dst", "/home/alice/h"}});
    f.begin(EventType::execve, {{"res", 0},
                                {"exe", ""},
                                {"tid", 100},
                                {"loginuid", 0xffffffffU},
                                {"flags", 5},
                                {"cap_permitted", 0x1FFFEFFFFFF},
                                {"exe_ino_ctime", 0}});
    check(f, {{"evt.arg.exe", ""},
              {"evt.arg.args", "NULL"},
              {"evt.arg.cwd", "<NA>"},
              {"evt.arg.loginuid", "<NONE>"},
              {"evt.arg.flags", "EXE_WRITABLE|EXE_FROM_MEMFD"},
              {"evt.arg.cap_permitted", "1FFFEFFFFFF"}});
}
