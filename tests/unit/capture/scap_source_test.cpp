// SPDX-License-Identifier: Apache-2.0
// Captures from bytes to records: blocks, events, packing, appended files, other streams.
#include "capture/scap/scap_source.hpp"

#include <unistd.h>

#include <cstdio>
#include <string_view>

#include "tests/support/catch.hpp"
#include "tests/unit/capture/scap_collect.hpp"

using namespace sensor;
using namespace sensor::testing;

namespace {

constexpr std::uint16_t kClose = 5, kOpenat = 307, kGeneric = 1, kAsync = 402;

ScapEventSpec close_event(std::int64_t fd, std::uint64_t tid = 100) {
    ScapEventSpec spec;
    spec.tid = tid;
    spec.code = kClose;
    spec.params = {i64(0), i64(fd)};
    return spec;
}

ScapWriter three_events() {
    ScapWriter file;
    file.section();
    for (std::int64_t fd = 1; fd <= 3; ++fd) file.event(close_event(fd));
    return file;
}

std::vector<std::int64_t> fds(const ReadFile& file) {
    std::vector<std::int64_t> out;
    for (const ReadEvent& read : file.events) out.push_back((*read).i64(1));
    return out;
}

using Fds = std::vector<std::int64_t>;

}  // namespace

TEST_CASE("an event becomes the record of its parameters") {
    ScapWriter file;
    ScapEventSpec spec;
    spec.ts = 1'700'000'123'000'000'456;
    spec.tid = 4711;
    spec.cpu = 3;
    spec.code = kOpenat;
    spec.params = {i64(-2), i64(-100), nul("etc/passwd"),    u32(4097),
                   u32(0),  "",        raw<std::uint64_t>(7)};
    const ReadFile read = read_bytes(file.section().event(spec).bytes());
    REQUIRE(read.error.empty());
    REQUIRE(read.events.size() == 1);
    const Event event = *read.events[0];
    CHECK(event.type() == EventType::openat);
    CHECK(event.ts_ns() == 1'700'000'123'000'000'456);
    CHECK(event.head().tid == 4711);
    CHECK(event.head().cpu == 3);
    CHECK(event.head().sc == syscall_info("openat")->sc);
    CHECK(event.result() == -2);
    CHECK(event.i64(1) == -100);
    CHECK(event.text(2) == "etc/passwd");
    CHECK(event.text(2).data()[10] == '\0');
    CHECK(event.u64(3) == 4097);
    CHECK(event.has(4));
    CHECK_FALSE(event.has(5));  // of no bytes
    CHECK(event.u64(6) == 7);
    CHECK_FALSE(event.has_extra(REC_X_REAL));
}

TEST_CASE("what a capture cannot know is zero in the head") {
    const ReadFile read = read_bytes(three_events().bytes());
    const rec_head& head = read.events[1].event().head();
    CHECK(head.tgid == 0);
    CHECK(head.ns_tgid == 0);
    CHECK(head.ns_tid == 0);
    CHECK(head.start == 0);
    CHECK(head.cgroup == 0);
    CHECK(head.generation == 0);
    CHECK(head.seq == 2);  // the event's number
}

TEST_CASE("texts and buffers keep their bytes") {
    ScapWriter file;
    ScapEventSpec write;
    write.code = 9;
    const std::string buffer("a\0b\0", 4);
    write.params = {i64(4), buffer, i64(1), u32(4)};
    ScapEventSpec open = close_event(0);
    open.code = 3;
    open.params = {i64(3), nul(""), u32(1), u32(0), u32(0), raw<std::uint64_t>(0)};
    const std::string longer(5000, 'x');
    ScapEventSpec chdir;
    chdir.code = 95;
    chdir.params = {i64(0), nul(longer)};
    ScapEventSpec bare = chdir;
    bare.params = {i64(0), "no closing NUL"};
    const ReadFile read =
        read_bytes(file.section().event(write).event(open).event(chdir).event(bare).bytes());
    REQUIRE(read.events.size() == 4);
    CHECK((*read.events[0]).text(1) == buffer);
    CHECK((*read.events[1]).has(1));  // an empty text is a text
    CHECK((*read.events[1]).text(1).empty());
    CHECK((*read.events[2]).text(1) == longer);
    CHECK((*read.events[3]).text(1) == "no closing NUL");
}

TEST_CASE("event blocks of every kind are read") {
    ScapWriter file;
    file.section();
    for (const int version : {1, 2}) {
        for (const std::uint32_t flags : {0U, 1U, 4U}) {
            ScapEventSpec spec = close_event(static_cast<std::int64_t>(flags));
            spec.version = version;
            spec.flags = flags;
            spec.cpu = 65535;
            file.event(spec);
        }
    }
    ScapEventSpec plain = close_event(9);
    plain.version = 1;
    file.event_in(0x8010ABCD, plain, scap_event(plain));       // before the first release
    file.event_in(0x221, plain, scap_event(close_event(10)));  // the size of a block is free
    const ReadFile read = read_bytes(file.bytes());
    REQUIRE(read.error.empty());
    REQUIRE(fds(read) == Fds{0, 1, 4, 0, 1, 4, 9, 10});
    CHECK(read.events[1].about.state_only);
    CHECK(read.events[1].about.flags == 1);
    CHECK_FALSE(read.events[2].about.state_only);
    CHECK(read.events[4].about.state_only);
    CHECK(read.events[7].about.number == 8);
    CHECK(read.events[5].about.cpu == 65535);
    CHECK(read.stats().problems().empty());
}

TEST_CASE("lengths are 32 bits wide by the type of the event") {
    ScapWriter file;
    ScapEventSpec spec;
    spec.code = kAsync;
    spec.tid = ~std::uint64_t{0};
    spec.wide = true;
    const std::string data(200'000, 'd');
    spec.params = {u32(7), nul("sensor.truth"), data};
    spec.flags = GENERATE(0U, 1U);
    const ReadFile read = read_bytes(file.section().event(spec).bytes());
    REQUIRE(read.events.size() == 1);
    const Event event = *read.events[0];
    CHECK(event.type() == EventType::asyncevent);
    CHECK(event.head().tid == 0);  // of no thread
    CHECK(event.text(1) == "sensor.truth");
    CHECK(event.text(2) == data);
}

TEST_CASE("thread numbers of iterator events hold the process too") {
    const EventInfo* iterator = nullptr;
    for (const EventInfo& info : all_events()) {
        if (info.source == EventSource::ITER) iterator = &info;
    }
    REQUIRE(iterator != nullptr);
    ScapEventSpec spec;
    spec.code = static_cast<std::uint16_t>(iterator->type);
    spec.tid = std::uint64_t{70} << 32 | 71;
    const ReadFile read = read_bytes(ScapWriter().section().event(spec).bytes());
    REQUIRE(read.events.size() == 1);
    CHECK((*read.events[0]).head().tgid == 70);
    CHECK((*read.events[0]).head().tid == 71);
}

TEST_CASE("generic events are of the call they name") {
    ScapEventSpec spec;
    spec.code = kGeneric;
    spec.params = {raw(syscall_info("getpid")->sc), raw<std::uint16_t>(39)};
    ScapEventSpec by_native = spec;
    by_native.params[0] = raw<std::uint16_t>(0);
    by_native.params[1] = raw(static_cast<std::uint16_t>(syscall_info("getppid")->native));
    const ReadFile read = read_bytes(ScapWriter().section().event(spec).event(by_native).bytes());
    CHECK((*read.events[0]).head().sc == syscall_info("getpid")->sc);
    CHECK((*read.events[1]).head().sc == syscall_info("getppid")->sc);
    CHECK((*read.events[1]).u64(0) == 0);
}

TEST_CASE("an event without a time has that of the one before") {
    ScapWriter file;
    ScapEventSpec unset = close_event(2);
    unset.ts = ~std::uint64_t{0};
    const ReadFile read = read_bytes(file.section().event(close_event(1)).event(unset).bytes());
    CHECK((*read.events[1]).ts_ns() == (*read.events[0]).ts_ns());
}

TEST_CASE("fewer parameters than today leave the others absent, more are ignored") {
    ScapWriter file;
    file.section();
    ScapEventSpec fewer;
    fewer.code = 45;  // setsockopt was never converted
    fewer.params = {i64(0), i64(7)};
    ScapEventSpec more = close_event(8);
    more.params.push_back("from the future");
    const ReadFile read = read_bytes(file.event(fewer).event(more).bytes());
    REQUIRE(read.events.size() == 2);
    CHECK((*read.events[0]).i64(1) == 7);
    CHECK_FALSE((*read.events[0]).has(2));
    CHECK((*read.events[0]).head().nslots == 2);
    CHECK((*read.events[1]).i64(1) == 8);
    CHECK(read.stats().surplus_params == 1);
}

TEST_CASE("numbers of another width than their type are widened and cut by it") {
    ScapEventSpec spec = close_event(0);
    spec.params = {raw<std::int32_t>(-13), raw<std::int32_t>(7)};
    ScapEventSpec wide;
    wide.code = 37;  // shutdown: how is one byte
    wide.params = {i64(0), i64(3), raw<std::uint32_t>(0x102)};
    const ReadFile read = read_bytes(ScapWriter().section().event(spec).event(wide).bytes());
    CHECK((*read.events[0]).result() == -13);
    CHECK((*read.events[0]).i64(1) == 7);
    CHECK((*read.events[1]).u64(2) == 2);
    CHECK(read.stats().odd_params == 3);
}

TEST_CASE("events and blocks of later versions are read over and counted") {
    ScapWriter file;
    ScapEventSpec later = close_event(0);
    later.code = 999;
    file.section().block(0x333, "a list nobody knows").event(close_event(1)).event(later);
    file.block(0x334, "in between").block(0x201, "out of place").event(close_event(2));
    const ReadFile read = read_bytes(file.bytes());
    CHECK(read.error.empty());
    CHECK(fds(read) == Fds{1, 2});
    CHECK(read.events[1].about.number == 2);
    CHECK(read.stats().unknown_events == 1);
    CHECK(read.stats().unknown_blocks == 3);
}

TEST_CASE("packed files are recognised by their first bytes") {
    const std::string plain = three_events().bytes();
    const std::size_t piece = GENERATE(0U, 1U, 7U);
    CHECK(fds(read_bytes(plain, piece)) == Fds{1, 2, 3});
    CHECK(fds(read_bytes(gzip(plain), piece)) == Fds{1, 2, 3});
    CHECK(fds(read_bytes(zstd(plain), piece)) == Fds{1, 2, 3});
}

TEST_CASE("members of a packed file are one stream, what follows the last is ignored") {
    const std::string plain = three_events().bytes();
    const std::string a = plain.substr(0, 50), b = plain.substr(50);
    const std::size_t piece = GENERATE(0U, 1U);
    for (const std::string& file :
         {gzip(a) + gzip(b), gzip(a) + gzip(b) + "trailing", gzip(a) + gzip("") + gzip(b) + '\0',
          zstd(a) + zstd(b), zstd(a) + raw(0x184D2A51U) + raw(3U) + "xyz" + zstd(b) + "trailing"}) {
        const ReadFile read = read_bytes(file, piece);
        CHECK(read.error.empty());
        CHECK(fds(read) == Fds{1, 2, 3});
    }
}

TEST_CASE("appended files begin a new section with tables of their own") {
    ScapWriter file;
    file.section().processes(9, {{.tid = 1, .comm = "first"}}).event(close_event(1));
    file.section().processes(9, {{.tid = 2, .comm = "second"}}).event(close_event(2));
    auto opened = capture::ScapSource::read(capture::scap::memory_bytes(file.bytes()), "test");
    REQUIRE(opened);
    capture::ScapSource& source = **opened;
    Fds seen;
    const auto keep = [&](std::span<const std::byte> record) {
        seen.push_back(Event::view(record).i64(1));
    };
    CHECK(source.section() == 1);
    CHECK(source.tables().processes.front().comm == "first");
    REQUIRE(source.poll(keep, 0));
    CHECK(source.section() == 2);  // and nothing of it was given yet
    CHECK(seen == Fds{1});
    REQUIRE(source.tables().processes.size() == 1);
    CHECK(source.tables().processes.front().comm == "second");
    REQUIRE(source.poll(keep, 0));
    CHECK(seen == Fds{1, 2});
    CHECK(source.event().number == 2);  // numbers go on
    CHECK(source.ended());
    CHECK(source.scap_stats().sections == 2);
}

TEST_CASE("an appended file without events, and one with nothing but its head") {
    const ReadFile read =
        read_bytes(three_events().section().section().event(close_event(4)).section().bytes());
    CHECK(read.error.empty());
    CHECK(fds(read) == Fds{1, 2, 3, 4});
}

TEST_CASE("tables can be taken away") {
    ScapWriter file;
    file.section().processes(9, {{.tid = 1}, {.tid = 2}}).event(close_event(1));
    ReadFile read = read_bytes(file.bytes());
    CHECK(read.source->take_tables().processes.size() == 2);
    CHECK(read.tables().processes.empty());
}

TEST_CASE("a pipe is read as it fills") {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const std::string path = "/proc/self/fd/" + std::to_string(ends[0]);
    const std::string bytes = three_events().bytes();
    const std::size_t part = bytes.size() - 20;
    REQUIRE(::write(ends[1], bytes.data(), part) == static_cast<ssize_t>(part));
    auto opened = capture::ScapSource::open(path);
    REQUIRE(opened);
    std::size_t seen = 0;
    const auto count = [&](std::span<const std::byte>) { ++seen; };
    CHECK(*(*opened)->poll(count, 0) == 2);
    CHECK(*(*opened)->poll(count, 1) == 0);  // in the middle of the third
    CHECK_FALSE((*opened)->ended());
    REQUIRE(::write(ends[1], bytes.data() + part, 20) == 20);
    CHECK(*(*opened)->poll(count, 1000) == 1);
    ::close(ends[1]);
    CHECK(*(*opened)->poll(count, 1000) == 0);
    CHECK((*opened)->ended());
    CHECK((*opened)->progress().bytes_read == bytes.size());
    CHECK((*opened)->progress().bytes_total == 0);
    ::close(ends[0]);
}

TEST_CASE("a file tells how much of it was read") {
    char path[] = "/tmp/scap_test_XXXXXX";
    const int fd = ::mkstemp(path);
    const std::string bytes = gzip(three_events().bytes());
    REQUIRE(::write(fd, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
    ::close(fd);
    const ReadFile read = read_all(capture::ScapSource::open(path));
    ::unlink(path);
    CHECK(fds(read) == Fds{1, 2, 3});
    CHECK(read.source->progress().bytes_read == bytes.size());
    CHECK(read.source->progress().bytes_total == bytes.size());
    CHECK(read.source->stats().delivered == 3);
}
