// SPDX-License-Identifier: Apache-2.0
// What the writer writes, read back by our reader: events, lists, what only a live kernel says;
// the enter events it adds for old readers; disks that refuse or are slow.
#include "capture/scap/writer.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "base/read_file.hpp"
#include "capture/scap/pairs.hpp"
#include "capture/scap/truth.hpp"
#include "tests/support/make_event.hpp"
#include "tests/support/random_events.hpp"
#include "tests/unit/capture/scap_collect.hpp"

using namespace sensor;
using namespace sensor::testing;
using capture::scap::Pairs;
using capture::scap::Writer;
using capture::scap::WriterOptions;

namespace {

/// A folder for one test.
struct Folder {
    Folder() {
        char name[] = "/tmp/falco-ebpf-writer-XXXXXX";
        REQUIRE(::mkdtemp(name) != nullptr);
        path = name;
    }
    ~Folder() { std::filesystem::remove_all(path); }
    std::string file(const char* name) const { return path + "/" + name; }
    std::string path;
};

std::string bytes_of(const std::string& path) {
    Result<std::string> text = read_file(path);
    REQUIRE(text);
    return *text;
}

/// Writes events behind some tables and reads the file back.
ReadFile round_trip(const std::vector<TestEvent>& events, const CaptureTables& tables = {},
                    const WriterOptions& options = {}) {
    const Folder folder;
    auto writer = Writer::create(folder.file("a.scap"), options);
    REQUIRE(writer);
    (*writer)->begin(tables);
    for (const TestEvent& event : events) CHECK((*writer)->write(event.event()));
    CHECK((*writer)->stats().events == events.size());
    REQUIRE((*writer)->close());
    const std::string bytes = bytes_of(folder.file("a.scap"));
    CHECK((*writer)->stats().bytes == bytes.size());
    return read_bytes(bytes);
}

const capture::scap::ParamForm& form_of(const Event& event, std::size_t k) {
    return capture::scap::Codes::get()[static_cast<std::uint16_t>(event.type())].params[k];
}

/// A number as its type holds it.
std::uint64_t as_stored(const Event& event, std::size_t k) {
    const capture::scap::ParamForm& form = form_of(event, k);
    return ((event.u64(k) & form.mask) ^ form.sign) - form.sign;
}

/// Parameters, head and extras are the same.
void check_same(const Event& found, const Event& expected) {
    CHECK(found.type() == expected.type());
    CHECK(found.ts_ns() == expected.ts_ns());
    CHECK(found.head().tid == expected.head().tid);
    CHECK(found.head().cpu == expected.head().cpu);
    CHECK(found.head().mnt_ns == expected.head().mnt_ns);
    CHECK(found.head().pid_ns == expected.head().pid_ns);
    const std::uint64_t in_tail = expected.info().in_tail;
    for (std::size_t k = 0; k < expected.param_count() + REC_X_COUNT; ++k) {
        INFO(expected.info().name << " slot " << k);
        // An empty buffer and none are the same in a file; an empty text has its NUL.
        const bool variable = ((in_tail >> k) & 1) != 0;
        const bool empty = variable && k < expected.param_count() && expected.text(k).empty() &&
                           !form_of(expected, k).is_text;
        REQUIRE(found.has(k) == (expected.has(k) && !empty));
        if (variable)
            CHECK(found.text(k) == expected.text(k));
        else
            CHECK(found.u64(k) == as_stored(expected, k));
    }
}

TestEvent shadow_opened() {
    HeadSpec head;
    head.tid = 1001;
    head.cpu = 3;
    head.mnt_ns = 4026531841;
    head.pid_ns = 4026531836;
    ExtraSpec extras;
    extras.fd = file_object("", 77);
    extras.real = "/etc/shadow";
    return make_event(EventType::openat,
                      {{"fd", 3},
                       {"dirfd", -100},
                       {"name", "../etc/shadow"},
                       {"flags", 1},
                       {"mode", 0},
                       {"dev", 5},
                       {"ino", 77}},
                      head, extras);
}

TestEvent closed() { return make_event(EventType::close, {{"res", 0}, {"fd", 3}}); }

}  // namespace

TEST_CASE("what is written is read back, with what only the live kernel says") {
    const TestEvent open = shadow_opened();
    const TestEvent close = closed();
    const ReadFile read = round_trip({open, close});
    CHECK(read.error.empty());
    REQUIRE(read.events.size() == 3);  // the enter event of openat is one of today's
    CHECK(read.events[0].event().type() == EventType::openat_enter);
    CHECK(read.events[0].event().text(1) == "../etc/shadow");
    check_same(*read.events[1], open.event());
    CHECK(read.events[1].event().extra(REC_X_REAL) == "/etc/shadow");
    CHECK(read.events[1].event().fd_object()->ino == 77);
    check_same(*read.events[2], close.event());
    CHECK_FALSE(read.events[2].event().has_extra(REC_X_REAL));
    CHECK(read.stats().problems().empty());
}

TEST_CASE("without pairs and truth a file has what the scheme has") {
    WriterOptions plain;
    plain.pairs = plain.truth = false;
    const ReadFile read = round_trip({shadow_opened()}, {}, plain);
    REQUIRE(read.events.size() == 1);
    CHECK(read.stats().events == 1);
    CHECK(read.events[0].event().text(2) == "../etc/shadow");
    CHECK_FALSE(read.events[0].event().has_extra(REC_X_REAL));
}

TEST_CASE("random events of all kinds survive") {
    RandomEvents random(7);
    std::vector<TestEvent> events;
    for (int k = 0; k < 3000; ++k) events.push_back(random.next());
    WriterOptions single;
    single.pairs = false;
    const ReadFile read = round_trip(events, {}, single);
    CHECK(read.error.empty());
    CHECK(read.stats().problems().empty());
    REQUIRE(read.events.size() == events.size());
    for (std::size_t k = 0; k < events.size(); ++k) check_same(*read.events[k], events[k].event());

    const ReadFile paired = round_trip(events);
    CHECK(paired.error.empty());
    CHECK(paired.stats().problems().empty());
    CHECK(paired.events.size() >= events.size());
}

TEST_CASE("the arguments of an exit event stand in its enter event too") {
    const auto source_of = [](EventType type) {
        return Pairs::get().of(static_cast<std::uint16_t>(type));
    };
    const auto read = source_of(EventType::read);
    CHECK(read.code == static_cast<std::uint16_t>(EventType::read) - 1);
    REQUIRE(read.count == 2);
    CHECK(read.from[0] == 2);  // res, data, fd, size
    CHECK(read.from[1] == 3);
    const auto exec = source_of(EventType::execve);
    REQUIRE(exec.count == 1);
    CHECK(event_info(EventType::execve).params[static_cast<std::size_t>(exec.from[0])].name ==
          "filename");
    const auto sendfile = source_of(EventType::sendfile);
    CHECK(sendfile.from[2] == capture::scap::Pair::kNone);  // the offset is that of the end
    CHECK(source_of(EventType::procexit).count == 0);
}

TEST_CASE("a call that readers of 2022 look up behind their table keeps its number for us") {
    const SyscallInfo* rseq = syscall_info(std::string_view("rseq"));
    REQUIRE(rseq != nullptr);
    HeadSpec head;
    head.sc = rseq->sc;
    const TestEvent event =
        make_event(EventType::generic, {{"ID", rseq->sc}, {"nativeID", rseq->native}}, head);
    const ReadFile read = round_trip({event});
    REQUIRE(read.events.size() == 1);
    check_same(*read.events[0], event.event());
    CHECK(read.events[0].event().head().sc == rseq->sc);
}

TEST_CASE("events that only the state is to see stay so") {
    const Folder folder;
    auto writer = Writer::create(folder.file("a.scap"), {});
    REQUIRE(writer);
    (*writer)->begin({});
    CHECK((*writer)->write(closed().event(), true));
    REQUIRE((*writer)->close());
    const ReadFile read = read_bytes(bytes_of(folder.file("a.scap")));
    REQUIRE(read.events.size() == 1);
    CHECK(read.events[0].about.state_only);
}

TEST_CASE("processes come back as they were") {
    CaptureProcess process;
    process.tid = process.tgid = 7;
    process.ptid = 1;
    process.comm = "cat";
    process.exe = "cat";
    process.exepath = "/bin/cat";
    process.args = block({"-n", "/etc/hosts"});
    process.env = block({"A=1"});
    process.cgroups = block({"cpu=/x"});
    process.cwd = "/srv/";
    process.root = "/";
    process.vtid = process.vpid = 3;
    process.tty = 34816;
    process.loginuid = 1000;
    process.cap_effective = 0x1fff;
    process.exe_ino = 12;
    process.exe_from_memfd = true;
    process.pgid = 7;
    process.clone_ts_ns = 1'700'000'000'000'000'001;
    CaptureTables tables;
    tables.processes = {process};
    const ReadFile read = round_trip({closed()}, tables);
    REQUIRE(read.tables().processes.size() == 1);
    const CaptureProcess& same = read.tables().processes[0];
    CHECK(same.comm == "cat");
    CHECK(same.exepath == "/bin/cat");
    CHECK(same.args == process.args);
    CHECK(same.env == process.env);
    CHECK(same.cgroups == process.cgroups);
    CHECK(same.cwd == "/srv/");
    CHECK(same.tty == process.tty);
    CHECK(same.loginuid == 1000);
    CHECK(same.cap_effective == 0x1fff);
    CHECK(same.exe_ino == 12);
    CHECK(same.exe_from_memfd);
    CHECK(same.vpid == 3);
    CHECK(same.pgid == 7);
    CHECK(same.clone_ts_ns == process.clone_ts_ns);
    CHECK(read.stats().problems().empty());
}

TEST_CASE("the machine, its interfaces and its users come back as they were") {
    CaptureTables tables;
    tables.machine = {4, 1ULL << 33, 4194304, 1'700'000'000'000'000'000, "web-1"};
    CaptureInterface net;
    net.name = "eth0";
    net.address = {192, 0, 2, 7};
    net.netmask = {255, 255, 255, 0};
    tables.interfaces = {net};
    tables.users = {{1000, 100, "ann", "/home/ann", "/bin/sh"}};
    tables.groups = {{100, "users"}};
    const ReadFile read = round_trip({closed()}, tables);
    const CaptureTables& found = read.tables();
    CHECK(found.machine.hostname == "web-1");
    CHECK(found.machine.boot_epoch_ns == tables.machine.boot_epoch_ns);
    REQUIRE(found.interfaces.size() == 1);
    CHECK(found.interfaces[0].name == "eth0");
    CHECK(found.interfaces[0].address == net.address);
    REQUIRE(found.users.size() == 1);
    CHECK(found.users[0].home == "/home/ann");
    REQUIRE(found.groups.size() == 1);
    CHECK(found.groups[0].name == "users");
}

TEST_CASE("descriptors come back as they were, also of kinds that old readers refuse") {
    CaptureFd file, socket, memory;
    file.fd = 0;
    socket.fd = 4;
    memory.fd = 9;
    file.tid = socket.tid = memory.tid = 7;
    file.type = CaptureFdType::FileWithFlags;
    file.name = "/dev/null";
    file.open_flags = 3;
    file.dev = 5;
    socket.type = CaptureFdType::Ip4Socket;
    socket.l4 = 2;
    socket.address = tuple_ip("192.0.2.7", 40000, "198.51.100.1", 443);
    memory.type = CaptureFdType::Memory;
    memory.name = "memfd:x";
    CaptureTables tables;
    tables.fds = {file, socket, memory};
    const ReadFile read = round_trip({closed()}, tables);
    const auto& fds = read.tables().fds;
    REQUIRE(fds.size() == 4);  // the last one also as of no kind, for old readers
    CHECK(fds[0].name == "/dev/null");
    CHECK(fds[0].open_flags == 3);
    CHECK(fds[0].dev == 5);
    CHECK(fds[1].address == socket.address);
    CHECK(fds[1].l4 == 2);
    CHECK(fds[2].type == CaptureFdType::Unsupported);
    CHECK(fds[3].type == CaptureFdType::Memory);
    CHECK(fds[3].name == "memfd:x");
    CHECK(read.stats().problems().empty());
}

TEST_CASE("a file around an alert is new, private, and no link of somebody else") {
    const Folder folder;
    const std::string path = folder.file("new.scap");
    {
        auto writer = Writer::create(path, {}, true);
        REQUIRE(writer);
        struct stat info{};
        REQUIRE(::stat(path.c_str(), &info) == 0);
        CHECK((info.st_mode & 0777) == 0600);
    }
    CHECK_FALSE(Writer::create(path, {}, true));
    REQUIRE(::symlink("/dev/null", folder.file("link").c_str()) == 0);
    CHECK_FALSE(Writer::create(folder.file("link"), {}, true));
    const auto nowhere = Writer::create(folder.file("none/a.scap"), {});
    REQUIRE_FALSE(nowhere);
    CHECK(nowhere.error().text.find("none/a.scap: No such file or directory") != std::string::npos);
}

TEST_CASE("a full disk costs events of the file, counted, and is said at the end") {
    auto writer = Writer::create("/dev/full", {});
    REQUIRE(writer);
    (*writer)->begin({});
    const TestEvent event =
        make_event(EventType::write,
                   {{"res", 1}, {"data", std::string(60000, 'x')}, {"fd", 1}, {"size", 60000}});
    std::uint64_t refused = 0;
    for (int k = 0; k < 10000 && refused == 0; ++k)
        refused += (*writer)->write(event.event()) ? 0 : 1;
    CHECK(refused == 1);
    CHECK((*writer)->stats().failed + (*writer)->stats().no_room == 1);
    const Result<> closed = (*writer)->close();
    REQUIRE_FALSE(closed);
    CHECK(closed.error().text == "cannot write /dev/full: No space left on device");
}

TEST_CASE("a disk that does not take anything leaves events out and keeps nobody waiting") {
    const Folder folder;
    REQUIRE(::mkfifo(folder.file("pipe").c_str(), 0600) == 0);
    const int reader = ::open(folder.file("pipe").c_str(), O_RDONLY | O_NONBLOCK);
    auto writer = Writer::create(folder.file("pipe"), {});
    REQUIRE(writer);
    (*writer)->begin({});
    const TestEvent event =
        make_event(EventType::write,
                   {{"res", 1}, {"data", std::string(60000, 'x')}, {"fd", 1}, {"size", 60000}});
    for (int k = 0; k < 1000; ++k) (*writer)->write(event.event());
    const auto stats = (*writer)->stats();
    CHECK(stats.no_room > 0);
    CHECK(stats.events + stats.no_room == 1000);
    CHECK(stats.bytes < (18U << 20));  // what may be on the way
    ::signal(SIGPIPE, SIG_IGN);
    ::close(reader);
    CHECK_FALSE((*writer)->close());
}

TEST_CASE("pieces of truth that are cut or foreign are refused") {
    std::string bytes;
    capture::scap::encode_truth(shadow_opened().event(), 0, bytes);
    capture::scap::Truth truth;
    REQUIRE(capture::scap::decode_truth(bytes, truth));
    CHECK(truth.extras[REC_X_REAL] == "/etc/shadow");
    for (std::size_t size = 1; size < bytes.size(); ++size) {
        capture::scap::Truth cut;
        if (capture::scap::decode_truth(std::string_view(bytes).substr(0, size), cut))
            CHECK(cut.code == truth.code);  // whole pieces are left
    }
    CHECK_FALSE(capture::scap::decode_truth("", truth = {}));
    CHECK_FALSE(capture::scap::decode_truth("sensor.truth", truth = {}));
}
