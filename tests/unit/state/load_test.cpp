// SPDX-License-Identifier: Apache-2.0
// The tables of a capture: processes with their threads, descriptors, users, interfaces; and
// replayed events, which name a thread and not its process.
#include <cstring>

#include "tests/unit/state/fake_proc.hpp"
#include "tests/unit/state/process_fixture.hpp"

using namespace sensor;
using namespace sensor::testing;
using state::FdType;
using state::SocketRole;

namespace {

CaptureProcess process(std::uint32_t tid, std::uint32_t tgid, std::uint32_t ptid,
                       std::string comm) {
    CaptureProcess made;
    made.tid = tid;
    made.tgid = tgid;
    made.ptid = ptid;
    made.vtid = tid;
    made.vpid = tgid;
    made.sid = made.pgid = tgid;
    made.comm = made.exe = std::move(comm);
    made.exepath = "/bin/" + made.comm + " (deleted)";
    made.args = block({"-a", "b"});
    made.env = block({"K=v"});
    made.cwd = "/srv";
    made.root = "/";
    made.uid = made.gid = 33;
    return made;
}

CaptureFd file(std::uint32_t tid, std::int64_t number, std::string name, std::uint32_t flags = 1) {
    CaptureFd made;
    made.tid = tid;
    made.fd = number;
    made.type = CaptureFdType::FileWithFlags;
    made.name = std::move(name);
    made.open_flags = flags;
    return made;
}

CaptureFd socket(std::int64_t number, CaptureFdType type, std::string address,
                 std::uint8_t l4 = 2) {
    CaptureFd made;
    made.tid = 100;
    made.fd = number;
    made.type = type;
    made.address = std::move(address);
    made.l4 = l4;
    return made;
}

CaptureInterface interface(std::string ip, std::string mask) {
    CaptureInterface made;
    const std::string address = ip_bytes(ip), bits = ip_bytes(mask);
    made.is_ip6 = address.size() == 16;
    std::memcpy(made.address.data(), address.data(), address.size());
    std::memcpy(made.netmask.data(), bits.data(), bits.size());
    return made;
}

CaptureTables tables() {
    CaptureTables made;
    made.machine.boot_epoch_ns = 1'000 * kSecond;
    made.machine.hostname = "recorded";
    made.processes = {process(200, 200, 100, "child"), process(101, 100, 1, "worker"),
                      process(100, 100, 1, "server"), process(1, 1, 0, "init")};
    made.fds = {file(100, 3, "/var/log/x"), file(100, 4, "/secret", 1 | 0x1000),
                socket(5, CaptureFdType::Ip4Server, sockaddr_ip("0.0.0.0", 80)),
                socket(6, CaptureFdType::Ip4Socket, tuple_ip("10.0.0.1", 80, "10.0.0.9", 5000)),
                socket(7, CaptureFdType::Ip4Socket, tuple_ip("10.0.0.1", 6000, "10.0.0.2", 443))};
    made.interfaces = {interface("127.0.0.1", "255.0.0.0"), interface("10.0.0.1", "255.255.255.0"),
                       interface("192.168.7.1", "255.255.0.0"),
                       interface("2001:db8::1", "ffff:ffff::")};
    made.users = {{33, 33, "www", "/var/www", "/bin/false"}};
    made.groups = {{33, "www"}};
    return made;
}

struct Replay {
    State state{offline()};
    std::uint64_t now = kNow;
    Bound bound;

    Replay() { state.load(tables()); }
    // As a capture's records are: no process, no start, no extras.
    void run(EventType type, const ParamList& params, std::uint32_t tid) {
        TestEvent event = make_event(type, params, {.ts = now, .tid = tid});
        event.head().tgid = event.head().ns_tgid = event.head().ns_tid = 0;
        now += 1'000'000;
        bound = state.begin(event.event());
        state.end(event.event());
    }
};

}  // namespace

TEST_CASE("a capture's processes are there with their threads and parents") {
    Replay f;
    const state::Thread& server = *f.state.find(100);
    CHECK(server.alive == 2);
    CHECK(f.state.find(101)->leader == &server);
    CHECK(f.state.parent(*f.state.find(200)) == &server);
    CHECK(f.state.parent(server)->comm() == "init");
    CHECK(server.image->cmdline == "server -a b");
    CHECK(server.image->exepath == "/bin/server");
    CHECK(server.image->env_block() == block({"K=v"}));
    CHECK(server.directory() == "/srv/");
    CHECK(server.clone_ts_ns == 0);
    CHECK(server.pidns_start_ns == 1'000 * kSecond);
    CHECK(f.state.users().user(33)->name == "www");
    CHECK(*f.state.users().group(33) == "www");
    CHECK(f.state.users().user(0)->name == "root");
    CHECK(f.state.stats().fds == 5);
}

TEST_CASE("pitfall 88: what a capture leaves out of its processes is 0 or the recorded value") {
    CaptureTables given = tables();
    given.processes[2].cap_effective = 7;
    given.processes[2].tty = 34816;
    given.processes[2].exe_ino = 12;
    given.processes[2].exe_upper_layer = true;
    State state(offline());
    state.load(given);
    CHECK(state.find(100)->cap_effective == 7);
    CHECK(state.find(100)->tty == 34816);
    CHECK(state.find(100)->image->exe_ino == 12);
    CHECK(state.find(100)->image->upper_layer);
    CHECK(state.find(200)->cap_effective == 0);
    CHECK(state.find(200)->image->exe_ino == 0);
}

TEST_CASE("pitfall 70: a capture's sockets read client->server by the ports that listen") {
    Replay f;
    const state::Thread& server = *f.state.find(100);
    CHECK(server.fd(5)->type == FdType::Ipv4Server);
    CHECK(server.fd(5)->name() == "0.0.0.0:80");
    CHECK(server.fd(6)->role == SocketRole::Server);
    CHECK(server.fd(6)->name() == "10.0.0.9:5000->10.0.0.1:80");
    CHECK(server.fd(7)->role == SocketRole::Client);
    CHECK(server.fd(7)->name() == "10.0.0.1:6000->10.0.0.2:443");
}

TEST_CASE("pitfall 90: an appended file starts from its own tables") {
    Replay f;
    f.run(EventType::openat, {{"fd", 9}, {"dirfd", -100}, {"name", "/x"}, {"flags", 1}}, 100);
    CaptureTables next;
    next.processes = {process(100, 100, 1, "other")};
    f.state.load(next);
    CHECK(f.state.find(100)->comm() == "other");
    CHECK(f.state.find(100)->fd(9) == nullptr);
    CHECK(f.state.find(200) == nullptr);
    CHECK(f.state.users().user(33) == nullptr);
    CHECK(f.state.stats().fds == 0);
    CHECK(f.state.stats().threads == 1);
    CHECK(f.state.local_address(state::EndView(ip_bytes("10.0.0.7"), 1)).empty());
}

TEST_CASE("replayed events find their process by the thread alone") {
    Replay f;
    f.run(EventType::openat, {{"fd", 9}, {"dirfd", -100}, {"name", "log"}, {"flags", 1}}, 101);
    CHECK(f.bound.thread->tgid == 100);
    CHECK(f.state.find(100)->fd(9)->name() == "/srv/log");
    f.run(EventType::close, {{"res", 0}, {"fd", 9}}, 100);
    CHECK(f.state.find(101)->fd(9) == nullptr);
    f.run(EventType::execve,
          {{"res", 0}, {"exe", "new"}, {"args", ""}, {"comm", "new"}, {"pid", 100}, {"ptid", 1}},
          100);
    CHECK(f.state.find(101) == nullptr);
    CHECK(f.state.find(100)->fd(4) == nullptr);  // marked in the file's table
    CHECK(f.state.find(100)->fd(3) != nullptr);
}

TEST_CASE("replayed clones and execs of threads nobody knows name their process") {
    Replay f;
    f.run(EventType::clone,
          {{"res", 702},
           {"tid", 701},
           {"pid", 700},
           {"ptid", 1},
           {"vtid", 701},
           {"vpid", 700},
           {"flags", kCloneThread},
           {"comm", "pool"}},
          701);
    REQUIRE(f.state.find(701) != nullptr);
    CHECK(f.state.find(701)->tgid == 700);
    CHECK(f.state.find(702)->tgid == 700);
    f.run(EventType::getuid, {{"uid", 0}}, 800);
    CHECK(f.bound.thread->comm() == "<NA>");
    CHECK(f.bound.thread->vpid == -1);
    f.run(EventType::execve,
          {{"res", 0},
           {"exe", "late"},
           {"args", ""},
           {"comm", "late"},
           {"pid", 800},
           {"ptid", 100},
           {"cwd", "/old/capture"}},
          800);
    CHECK(f.state.find(800)->comm() == "late");
    CHECK(f.state.find(800)->vpid == 800);
    CHECK(f.state.find(800)->directory() == "/old/capture/");
    CHECK(f.state.parent(*f.state.find(800)) == f.state.find(100));
    // A thread number that now is another process's.
    f.run(EventType::clone,
          {{"res", 0},
           {"tid", 101},
           {"pid", 101},
           {"ptid", 200},
           {"vtid", 101},
           {"vpid", 101},
           {"comm", "again"}},
          101);
    CHECK(f.state.find(101)->is_leader());
    CHECK(f.state.find(100)->alive == 1);
}

TEST_CASE("a leader that had ended when the capture began is one") {
    CaptureTables given = tables();
    given.processes[2].flags = 0x40000;
    State state(offline());
    state.load(given);
    CHECK(state.find(100)->exited);
    CHECK(state.find(100)->alive == 1);
}

TEST_CASE("sockets without a local address take that of an interface") {
    Replay f;
    const auto send = [&](std::int64_t fd, std::string tuple) {
        f.run(EventType::sendto, {{"res", 1}, {"fd", fd}, {"tuple", std::move(tuple)}}, 100);
        return std::string(f.state.find(100)->fd(fd)->name());
    };
    CHECK(send(20, tuple_ip("0.0.0.0", 5, "10.0.0.77", 53)) == "10.0.0.1:5->10.0.0.77:53");
    CHECK(send(21, tuple_ip("0.0.0.0", 5, "192.168.9.9", 53)) == "192.168.7.1:5->192.168.9.9:53");
    CHECK(send(22, tuple_ip("0.0.0.0", 5, "8.8.8.8", 53)) == "10.0.0.1:5->8.8.8.8:53");
    CHECK(send(23, tuple_ip("0.0.0.0", 5, "127.0.0.1", 53)) == "127.0.0.1:5->127.0.0.1:53");
    CHECK(send(24, tuple_ip("::", 5, "2001:db8::9", 53)) == "2001:db8::1:5->2001:db8::9:53");
}

TEST_CASE("memory and faults follow the calls that change them") {
    Replay f;
    f.run(EventType::brk, {{"res", 1}, {"vm_size", 10}, {"vm_rss", 5}, {"vm_swap", 1}}, 100);
    CHECK(f.state.find(100)->vm_size_kb == 10);
    f.run(EventType::munmap, {{"res", 0}, {"vm_size", 8}, {"vm_rss", 4}, {"vm_swap", 0}}, 100);
    CHECK(f.state.find(100)->vm_rss_kb == 4);
    CHECK(f.state.find(100)->vm_swap_kb == 0);
    f.run(EventType::sched_switch,
          {{"next", 1}, {"pgft_maj", 3}, {"pgft_min", 9}, {"vm_size", 12}, {"vm_rss", 6}}, 100);
    CHECK(f.state.find(100)->faults_minor == 9);
    CHECK(f.state.find(100)->vm_size_kb == 12);
}

TEST_CASE("limits set for another process are that process's") {
    Replay f;
    constexpr std::int64_t kNofile = 7;
    f.run(EventType::prlimit,
          {{"res", 0},
           {"newcur", 77},
           {"newmax", 77},
           {"oldcur", 1},
           {"oldmax", 1},
           {"pid", 200},
           {"resource", kNofile}},
          100);
    CHECK(f.state.find(200)->fd_limit == 77);
    CHECK(f.state.find(100)->fd_limit == -1);
}

TEST_CASE("users and groups announced stay within their bound, counted") {
    state::Options options = offline();
    options.max_users = 2;
    State state(options);
    for (std::uint32_t uid = 1; uid < 6; ++uid) state.users().add_user(uid, {0, "u", "", ""});
    state.users().add_user(1, {0, "again", "", ""});
    CHECK(state.users().user(1)->name == "again");
    CHECK(state.users().user(3) == nullptr);
    CHECK(state.stats().users_dropped == 3);
}

TEST_CASE("descriptors of all processes together stay within their bound, counted") {
    state::Options options = offline();
    options.max_all_fds = 3;
    State state(options);
    state.load(tables());
    CHECK(state.stats().fds == 3);
    CHECK(state.stats().fds_dropped == 2);
    state.load(CaptureTables{});
    CHECK(state.stats().fds == 0);
}

TEST_CASE("live, threads that /proc has not known for half an hour go") {
    auto proc = std::make_shared<FakeProc>();
    state::Options options = offline();
    options.live = true;
    options.proc = proc;
    State state(options);
    for (std::uint32_t tid : {100U, 200U, 300U}) {
        ProcessSpec spec = shell();
        spec.tid = tid;
        spec.ptid = 0;
        state.add_process(spec);
    }
    const auto run = [&](std::uint32_t tid, std::uint64_t ts) {
        const TestEvent event =
            make_event(EventType::getuid, {{"uid", 0}}, {.ts = ts, .tgid = tid});
        state.begin(event.event());
        state.end(event.event());
    };
    for (std::uint32_t tid : {100U, 200U, 300U}) run(tid, kNow);
    proc->gone = {200, 300};
    run(300, kNow + 1700 * kSecond);
    for (std::uint64_t second = 1805; second < 1815; ++second) run(100, kNow + second * kSecond);
    CHECK(state.find(100) != nullptr);
    CHECK(state.find(200) == nullptr);
    CHECK(state.find(300) != nullptr);  // seen since
    CHECK(state.stats().threads_purged == 1);
}

TEST_CASE("pitfall 76: an event from before the last one does no harm") {
    Replay f;
    f.run(EventType::openat, {{"fd", 9}, {"dirfd", -100}, {"name", "/x"}, {"flags", 1}}, 100);
    f.now -= 10 * kSecond;
    f.run(EventType::clone,
          {{"res", 300}, {"tid", 100}, {"pid", 100}, {"vtid", 100}, {"vpid", 100}, {"flags", 0}},
          100);
    CHECK(f.state.find(300)->ptid == 100);
    f.now -= 10 * kSecond;
    f.run(EventType::clone,
          {{"res", 0}, {"tid", 300}, {"pid", 300}, {"ptid", 100}, {"vtid", 300}, {"vpid", 300}},
          300);
    CHECK(f.state.find(300)->ptid == 100);
    CHECK(f.state.find(300)->fd(9) != nullptr);
}
