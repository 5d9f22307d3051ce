// SPDX-License-Identifier: Apache-2.0
// The lists before the first event: every version of each, entries of later versions, damage.
#include <string_view>

#include "tests/support/catch.hpp"
#include "tests/unit/capture/scap_collect.hpp"

using namespace sensor;
using namespace sensor::testing;

namespace {

constexpr std::uint32_t kFds1 = 0x203, kFds2 = 0x218, kInterfaces1 = 0x205, kInterfaces2 = 0x219,
                        kUsers1 = 0x206, kUsers2 = 0x220;

ScapEventSpec any_event() {
    ScapEventSpec spec;
    spec.code = 5;
    spec.params = {i64(0), i64(1)};
    return spec;
}

/// A section with one list.
ReadFile with(std::uint32_t type, const std::string& body) {
    ReadFile read = read_bytes(ScapWriter().section().block(type, body).event(any_event()).bytes());
    CHECK(read.error == "");
    CHECK(read.events.size() == 1);
    return read;
}

/// An entry behind its length, which counts itself.
std::string entry(const std::string& body) {
    return raw(static_cast<std::uint32_t>(body.size() + 4)) + body;
}

std::string fd_head(std::int64_t fd, std::uint8_t type) {
    return raw(fd) + raw<std::uint64_t>(77) + raw(type);
}

ScapProcessSpec full_process() {
    ScapProcessSpec p;
    p.tid = 1001;
    p.tgid = 1000;
    p.ptid = 1;
    p.sid = 900;
    p.vpgid = 5;
    p.comm = "bash";
    p.exe = "-bash";
    p.exepath = "/bin/bash";
    p.args = nul("-i") + nul("x");
    p.cwd = "/home/";
    p.fd_limit = 4096;
    p.flags = 3;
    p.uid = 1000;
    p.gid = 1001;
    p.env = nul("A=B");
    p.vtid = 11;
    p.vpid = 10;
    p.cgroups = nul("cpu=/x");
    p.root = "/r";
    p.tty = 34816;
    p.loginuid = 1000;
    p.cap_effective = 0x1ff;
    p.exe_ino = 5;
    p.pgid = 999;
    return p;
}

}  // namespace

TEST_CASE("the machine is read, also from a shorter block") {
    ScapWriter file;
    const ReadFile read = read_bytes(
        file.section().machine("host.example", 1'700'000'000).event(any_event()).bytes());
    const CaptureMachine& machine = read.tables().machine;
    CHECK(machine.hostname == "host.example");
    CHECK(machine.cpus == 4);
    CHECK(machine.memory_bytes == 1U << 30);
    CHECK(machine.max_tid == 32768);
    CHECK(machine.boot_epoch_ns == 1'700'000'000);
    const ReadFile older = with(
        0x201, raw(2U) + raw<std::uint64_t>(1) + raw<std::uint64_t>(2) + std::string(128, 'h'));
    CHECK(older.tables().machine.hostname == std::string(128, 'h'));
    CHECK(older.tables().machine.boot_epoch_ns == 0);
}

TEST_CASE("every version of the process list has what it had") {
    const int version = GENERATE(range(1, 10));
    INFO("version " << version);
    ScapProcessSpec second = full_process();
    second.tid = 1002;
    ScapWriter file;
    file.section().processes(version, {full_process(), second}).event(any_event());
    const ReadFile read = read_bytes(file.bytes());
    REQUIRE(read.error == "");
    REQUIRE(read.tables().processes.size() == 2);
    const CaptureProcess& p = read.tables().processes[0];
    CHECK(read.tables().processes[1].tid == 1002);
    CHECK(p.tid == 1001);
    CHECK(p.tgid == 1000);
    CHECK(p.ptid == 1);
    CHECK(p.comm == "bash");
    CHECK(p.exe == "-bash");
    CHECK(p.args == nul("-i") + nul("x"));
    CHECK(p.cwd == "/home/");
    CHECK(p.fd_limit == 4096);
    CHECK(p.flags == 3);
    CHECK(p.uid == 1000);
    CHECK(p.gid == 1001);
    CHECK(p.vm_size_kb == (version >= 2 ? 100 : 0));
    CHECK(p.faults_minor == (version >= 2 ? 8 : 0));
    CHECK(p.env == (version >= 3 ? nul("A=B") : ""));
    CHECK(p.vtid == (version >= 4 ? 11 : -1));
    CHECK(p.vpid == (version >= 4 ? 10 : -1));
    CHECK(p.cgroups == (version >= 4 ? nul("cpu=/x") : ""));
    CHECK(p.root == (version >= 5 ? "/r" : ""));
    CHECK(p.sid == (version >= 6 ? 900 : -1));
    CHECK(p.exepath == (version >= 7 ? "/bin/bash" : ""));
    CHECK(p.vpgid == (version >= 8 ? 5 : -1));
    CHECK(p.pidns_start_ns == (version >= 9 ? 99 : 0));
    CHECK(p.tty == (version >= 9 ? 34816 : 0));
    CHECK(p.loginuid == (version >= 9 ? 1000 : 0xffffffffU));
    CHECK(p.exe_writable == (version >= 9));
    CHECK(p.cap_permitted == (version >= 9 ? 2 : 0));
    CHECK(p.cap_effective == (version >= 9 ? 0x1ff : 0));
    CHECK(p.exe_ino == (version >= 9 ? 5 : 0));
    CHECK(p.exe_mtime_ns == (version >= 9 ? 12 : 0));
    CHECK(p.pgid == (version >= 9 ? 999 : -1));
}

TEST_CASE("process lists from before the first release") {
    const auto [type, version] =
        GENERATE(table<std::uint32_t, int>({{0x8000ABCD, 1}, {0x8013ABCD, 2}, {0x8014ABCD, 3}}));
    ScapWriter file;
    file.processes(version, {full_process()});
    const std::string list = file.bytes();
    const ReadFile read = with(type, list.substr(8, list.size() - 12));
    REQUIRE(read.tables().processes.size() == 1);
    CHECK(read.tables().processes[0].env == (version >= 3 ? nul("A=B") : ""));
}

TEST_CASE("what newer versions append to a process is there as far as it fits") {
    ScapProcessSpec p = full_process();
    p.tail = GENERATE(0, 8, 12, 16, 17, 41, 42, 66, 68, 76);
    INFO("tail " << p.tail);
    const bool early = p.tail <= 29;  // read as the layout before the terminal was put in front
    const ReadFile read =
        read_bytes(ScapWriter().section().processes(9, {p}).event(any_event()).bytes());
    REQUIRE(read.tables().processes.size() == 1);
    const CaptureProcess& got = read.tables().processes[0];
    if (!early) CHECK(got.tty == 34816);
    CHECK(got.cap_effective == (p.tail >= 41 ? 0x1ff : 0));
    CHECK(got.exe_mtime_ns == (p.tail >= 66 ? 12 : 0));
    CHECK(got.exe_lower_layer == (p.tail >= 68));
    CHECK(got.pgid == (p.tail >= 76 ? 999 : -1));
}

TEST_CASE("entries from before the terminal was recorded begin with the login user") {
    ScapProcessSpec p = full_process();
    p.before_tty = true;
    const ReadFile read =
        read_bytes(ScapWriter().section().processes(9, {p}).event(any_event()).bytes());
    const CaptureProcess& got = read.tables().processes.at(0);
    CHECK(got.loginuid == 1000);
    CHECK(got.tty == 0);
    CHECK(got.exe_writable);
    CHECK(got.cap_effective == 0x1ff);
}

TEST_CASE("descriptors of every kind") {
    const std::string ip4 = ip_bytes("10.0.0.1"), ip6 = ip_bytes("fe80::1");
    const bool newest = GENERATE(false, true);
    const auto made = [&](const std::string& body) { return newest ? entry(body) : body; };
    std::string body = raw<std::uint64_t>(100);
    body += made(fd_head(0, 16) + raw(3U) + counted("/dev/null") + (newest ? raw(0x103U) : ""));
    body += made(fd_head(1, 3) + ip4 + ip_bytes("8.8.8.8") + raw<std::uint16_t>(40000) +
                 raw<std::uint16_t>(53) + "\x03");
    body += made(fd_head(2, 4) + ip6 + ip_bytes("::1") + raw<std::uint16_t>(1) +
                 raw<std::uint16_t>(2) + "\x02");
    body += made(fd_head(3, 5) + ip4 + raw<std::uint16_t>(80) + "\x02");
    body += made(fd_head(4, 6) + ip6 + raw<std::uint16_t>(81) + "\x02");
    body += made(fd_head(5, 8) + raw<std::uint64_t>(1) + raw<std::uint64_t>(2) + counted("/s"));
    for (const int type : {1, 2, 7, 9, 10, 11, 12, 13, 14, 15, 17, 18, 19, 20, 21})
        body += made(fd_head(10 + type, static_cast<std::uint8_t>(type)) + counted("n"));
    const ReadFile read = with(newest ? kFds2 : kFds1, body);
    const auto& fds = read.tables().fds;
    REQUIRE(fds.size() == 21);
    CHECK(fds[0].tid == 100);
    CHECK(fds[0].type == CaptureFdType::FileWithFlags);
    CHECK(fds[0].ino == 77);
    CHECK(fds[0].open_flags == 3);
    CHECK(fds[0].dev == (newest ? 0x103 : 0));
    CHECK(fds[0].name == "/dev/null");
    CHECK(fds[1].address == tuple_ip("10.0.0.1", 40000, "8.8.8.8", 53));
    CHECK(fds[1].l4 == 3);
    CHECK(fds[2].address == tuple_ip("fe80::1", 1, "::1", 2));
    CHECK(fds[3].address == sockaddr_ip("10.0.0.1", 80));
    CHECK(fds[4].address == sockaddr_ip("fe80::1", 81));
    CHECK(fds[5].address == tuple_unix(1, 2, "/s"));
    CHECK(fds[5].name == "/s");
    CHECK(fds[20].type == CaptureFdType::Pid);
    CHECK(read.stats().problems().empty());
}

TEST_CASE("descriptors of a kind unknown here are kept as that") {
    const std::string body = raw<std::uint64_t>(100) + entry(fd_head(1, 99) + "anything") +
                             entry(fd_head(2, 7) + counted("pipe") + "appended later");
    const ReadFile read = with(kFds2, body);
    REQUIRE(read.tables().fds.size() == 2);
    CHECK(read.tables().fds[0].type == CaptureFdType::Unsupported);
    CHECK(read.tables().fds[0].name == "unknown-type:[99]");
    CHECK(read.tables().fds[1].name == "pipe");
}

TEST_CASE("interfaces of both versions") {
    const auto made = [](std::uint16_t type, const std::string& ip, bool speed) {
        return raw(type) + raw<std::uint16_t>(4) + ip + ip + ip +
               (speed ? raw<std::uint64_t>(1000) : "") + "eth0";
    };
    const std::string four = ip_bytes("192.0.2.1"), six = ip_bytes("2001:db8::1");
    const auto sized = [](const std::string& body) {
        return raw(static_cast<std::uint32_t>(body.size())) + body;
    };
    const ReadFile newest =
        with(kInterfaces2,
             sized(made(1, four, true)) + sized(made(9, four, true)) + sized(made(2, six, true)));
    const ReadFile first = with(kInterfaces1, made(3, four, false) + made(1, four, true) +
                                                  made(4, six, false) + made(2, six, true));
    REQUIRE(newest.tables().interfaces.size() == 2);
    CHECK(newest.stats().table_entries_dropped == 1);
    REQUIRE(first.tables().interfaces.size() == 4);
    for (const ReadFile* read : {&newest, &first}) {
        const CaptureInterface& a = read->tables().interfaces.front();
        const CaptureInterface& b = read->tables().interfaces.back();
        CHECK_FALSE(a.is_ip6);
        CHECK(a.name == "eth0");
        CHECK(std::string(a.address.begin(), a.address.begin() + 4) == four);
        CHECK(b.is_ip6);
        CHECK(std::string(b.broadcast.begin(), b.broadcast.end()) == six);
        CHECK(b.link_speed == 1000);
    }
}

TEST_CASE("users and groups of both versions") {
    const std::string zero(1, '\0'), one(1, '\1');
    const std::string user =
        zero + raw(1000U) + raw(1001U) + counted("u") + counted("/home/u") + counted("/bin/sh");
    const std::string group = one + raw(1001U) + counted("g");
    const auto [type, body] = GENERATE_COPY(table<std::uint32_t, std::string>(
        {{kUsers1, user + group}, {kUsers2, entry(user + "later") + entry(group)}}));
    const ReadFile read = with(type, body);
    REQUIRE(read.tables().users.size() == 1);
    CHECK(read.tables().users[0].uid == 1000);
    CHECK(read.tables().users[0].gid == 1001);
    CHECK(read.tables().users[0].name == "u");
    CHECK(read.tables().users[0].home == "/home/u");
    CHECK(read.tables().users[0].shell == "/bin/sh");
    REQUIRE(read.tables().groups.size() == 1);
    CHECK(read.tables().groups[0].gid == 1001);
    CHECK(read.tables().groups[0].name == "g");
}

TEST_CASE("a list that breaks off is read up to there, and the events behind it are read") {
    const std::string good = entry(fd_head(1, 7) + counted("pipe"));
    const std::string bad = raw(4000U) + fd_head(2, 7);
    const ReadFile fds = with(kFds2, raw<std::uint64_t>(100) + good + bad);
    CHECK(fds.tables().fds.size() == 1);
    CHECK(fds.stats().damaged_tables == 1);
    CHECK(with(kFds2, "abc").stats().damaged_tables == 1);
    CHECK(with(0x215, raw(3U) + "xxxxx").stats().damaged_tables == 1);
    CHECK(with(0x202, std::string(60, '\xff')).stats().damaged_tables == 1);
    CHECK(with(0x201, "short").stats().damaged_tables == 1);
    CHECK(with(kUsers2, entry("\1")).stats().table_entries_dropped == 1);
    ScapProcessSpec huge;
    huge.tid = std::uint64_t{1} << 40;
    const ReadFile processes =
        read_bytes(ScapWriter().section().processes(9, {huge, {}}).event(any_event()).bytes());
    CHECK(processes.tables().processes.size() == 1);
    CHECK(processes.stats().table_entries_dropped == 1);
}

namespace {

/// `head`, then `part` again and again, then `tail`.
class Repeated final : public capture::scap::ByteStream {
public:
    Repeated(std::string head, std::string part, int times, std::string tail)
        : part_(std::move(part)), times_(times), tail_(std::move(tail)), now_(std::move(head)) {}

    Result<Got> read(std::span<std::byte> out, int) override {
        while (at_ == now_.size() && times_ >= 0) {
            now_ = times_ > 0 ? part_ : tail_;
            at_ = 0;
            --times_;
        }
        const std::size_t count = std::min(out.size(), now_.size() - at_);
        std::memcpy(out.data(), now_.data() + at_, count);
        at_ += count;
        return Got{count, count == 0};
    }
    Progress progress() const override { return {}; }

private:
    std::string part_;
    int times_;
    std::string tail_, now_;
    std::size_t at_ = 0;
};

}  // namespace

TEST_CASE("lists larger than the memory for them are cut and counted") {
    ScapProcessSpec p;
    p.env = std::string(60'000, 'e');
    ScapWriter list;
    list.processes(9, std::vector<ScapProcessSpec>(20, p));
    const ReadFile read = read_all(capture::ScapSource::read(
        std::make_unique<Repeated>(ScapWriter().section().bytes(), list.bytes(), 250,
                                   ScapWriter().event(any_event()).bytes()),
        "test"));
    CHECK(read.error == "");
    CHECK(read.events.size() == 1);
    CHECK(read.tables().processes.size() > 4000);
    CHECK(read.tables().processes.size() + read.stats().table_entries_dropped == 5000);
}
