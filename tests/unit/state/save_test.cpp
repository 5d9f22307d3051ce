// SPDX-License-Identifier: Apache-2.0
// The state as tables of a capture: what was loaded comes out again, and what comes out and is
// loaded gives the same once more.
#include <algorithm>
#include <tuple>

#include "tests/unit/state/fake_proc.hpp"
#include "tests/unit/state/process_fixture.hpp"

using namespace sensor;
using namespace sensor::testing;
using state::State;

namespace {

state::Options replayed() {
    state::Options options;
    options.live = false;
    return options;
}

CaptureFd descriptor(std::int64_t number, CaptureFdType type, std::string name) {
    CaptureFd fd;
    fd.tid = 100;
    fd.fd = number;
    fd.type = type;
    fd.name = std::move(name);
    return fd;
}

/// A shell with a thread, its child, a user, an interface.
CaptureTables small_machine() {
    CaptureTables tables;
    tables.machine.boot_epoch_ns = 1'700'000'000'000'000'000;
    tables.machine.hostname = "web-1";
    CaptureInterface net;
    net.address = {192, 0, 2, 7};
    tables.interfaces = {net};
    tables.users = {{0, 0, "root", "/root", "/bin/sh"}, {33, 33, "www", "/srv", "/bin/false"}};
    tables.groups = {{0, "root"}, {33, "www"}};
    CaptureProcess shell;
    shell.tid = shell.tgid = 100;
    shell.ptid = 1;
    shell.vtid = shell.vpid = 3;
    shell.sid = shell.pgid = shell.vpgid = 100;
    shell.comm = shell.exe = "sh";
    shell.exepath = "/bin/dash";
    shell.args = block({"-c", "x y"});
    shell.env = block({"A=1", "B=2"});
    shell.cgroups = block({"cpu=/a"});
    shell.cwd = "/srv/";
    shell.root = "/";
    shell.uid = shell.gid = shell.loginuid = 33;
    shell.tty = 34816;
    shell.fd_limit = 1024;
    shell.vm_rss_kb = 7;
    shell.cap_effective = 5;
    shell.exe_ino = 12;
    shell.clone_ts_ns = 1'700'000'000'500'000'000;
    shell.exe_from_memfd = true;
    CaptureProcess member = shell, child = shell;
    member.tid = 101;
    child.tid = child.tgid = 200;
    child.ptid = 100;
    tables.processes = {shell, member, child};
    CaptureFd log = descriptor(1, CaptureFdType::FileWithFlags, "/var/log/x");
    log.open_flags = 0x1002;  // for writing, closed by an exec
    log.ino = 77;
    log.dev = 5;
    CaptureFd web = descriptor(5, CaptureFdType::Ip4Socket, "");
    web.l4 = 2;
    web.address = tuple_ip("192.0.2.7", 40000, "198.51.100.1", 443);
    CaptureFd listener = descriptor(6, CaptureFdType::Ip6Server, "");
    listener.l4 = 2;
    listener.address = sockaddr_ip("::1", 80);
    tables.fds = {log,
                  descriptor(2, CaptureFdType::Fifo, "pipe:[1]"),
                  descriptor(3, CaptureFdType::UnixSocket, "/run/x"),
                  web,
                  listener,
                  descriptor(7, CaptureFdType::Memory, "memfd:x")};
    return tables;
}

bool same(const CaptureProcess& a, const CaptureProcess& b) {
    const auto key = [](const CaptureProcess& p) {
        return std::tie(p.tid, p.tgid, p.ptid, p.sid, p.pgid, p.vpgid, p.vtid, p.vpid, p.comm,
                        p.exe, p.exepath, p.args, p.env, p.cgroups, p.cwd, p.root, p.fd_limit,
                        p.uid, p.gid, p.loginuid, p.tty, p.vm_rss_kb, p.cap_effective, p.exe_ino,
                        p.exe_from_memfd, p.clone_ts_ns);
    };
    return key(a) == key(b);
}

bool same(const CaptureFd& a, const CaptureFd& b) {
    const auto key = [](const CaptureFd& fd) {
        return std::tie(fd.tid, fd.fd, fd.type, fd.ino, fd.dev, fd.open_flags, fd.name);
    };
    return key(a) == key(b);
}

template <typename List>
void check_same(const List& found, const List& expected) {
    REQUIRE(found.size() == expected.size());
    for (const auto& one : expected) {
        CHECK(std::any_of(found.begin(), found.end(),
                          [&](const auto& other) { return same(one, other); }));
    }
}

}  // namespace

TEST_CASE("what was loaded comes out again") {
    const CaptureTables before = small_machine();
    State state(replayed());
    state.load(before);
    const CaptureTables after = state.tables();
    CHECK(after.machine.hostname == "web-1");
    CHECK(after.machine.boot_epoch_ns == before.machine.boot_epoch_ns);
    REQUIRE(after.interfaces.size() == 1);
    CHECK(after.interfaces[0].address == before.interfaces[0].address);
    CHECK(after.users.size() == before.users.size());
    CHECK(after.groups.size() == before.groups.size());
    check_same(after.processes, before.processes);
    REQUIRE(after.fds.size() == before.fds.size());
    const auto of = [&](std::int64_t number) {
        return *std::find_if(after.fds.begin(), after.fds.end(),
                             [&](const CaptureFd& fd) { return fd.fd == number; });
    };
    CHECK(same(of(1), before.fds[0]));
    CHECK(of(3).name == "/run/x");
    CHECK(of(5).address == before.fds[3].address);
    CHECK(of(5).l4 == 2);
    CHECK(of(6).address == before.fds[4].address);
    CHECK(of(7).type == CaptureFdType::Memory);
}

TEST_CASE("tables made of a state give the same state") {
    State first(replayed()), second(replayed());
    first.load(small_machine());
    const CaptureTables once = first.tables();
    second.load(once);
    const CaptureTables twice = second.tables();
    check_same(twice.processes, once.processes);
    check_same(twice.fds, once.fds);
}
