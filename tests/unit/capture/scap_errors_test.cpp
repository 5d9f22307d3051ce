// SPDX-License-Identifier: Apache-2.0
// Captures that are none, are cut off, or are damaged: every event before the damage, then an error
// with its place; and no corruption that ends otherwise.
#include <random>
#include <string_view>

#include "tests/support/catch.hpp"
#include "tests/unit/capture/scap_collect.hpp"

using namespace sensor;
using namespace sensor::testing;

namespace {

ScapEventSpec close_event(std::int64_t fd) {
    ScapEventSpec spec;
    spec.code = 5;
    spec.params = {i64(0), i64(fd)};
    return spec;
}

ScapWriter with_events(int count) {
    ScapWriter file;
    file.section().processes(9, {{.tid = 1}});
    for (int fd = 0; fd < count; ++fd) file.event(close_event(fd));
    return file;
}

}  // namespace

TEST_CASE("what is not a capture is refused when it is opened") {
    CHECK(read_bytes("").error == "test is empty");
    CHECK(missing(read_bytes("abc").error, {"shorter than a block"}) == "");
    CHECK(missing(read_bytes("#!/bin/sh\necho no capture\n").error, {"is not a capture"}) == "");
    CHECK(missing(read_bytes(gzip("plain text of some length")).error, {"is not a capture"}) == "");
    CHECK(missing(read_bytes(ScapWriter().section().bytes()).error, {"holds no events"}) == "");
    CHECK(missing(read_bytes(ScapWriter().section(2).bytes()).error, {"format version 2"}) == "");
    CHECK(missing(read_bytes(ScapWriter().section(1, 0x4D3C2B1A).bytes()).error,
                  {"other byte order"}) == "");
    CHECK(missing(read_bytes(ScapWriter().section(1, 0x12345678).bytes()).error,
                  {"magic number"}) == "");
    CHECK(missing(read_bytes(with_events(1).bytes().substr(0, 30)).error, {"at byte 28"}) == "");
}

TEST_CASE("a file that is not there or no file says so") {
    CHECK(missing(read_all(capture::ScapSource::open("/nonexistent/x.scap")).error,
                  {"/nonexistent/x.scap", "No such file"}) == "");
    CHECK(missing(read_all(capture::ScapSource::open("/tmp")).error, {"directory"}) == "");
}

TEST_CASE("a file cut at any byte gives the events before and the place of the block") {
    const std::string whole = with_events(3).bytes();
    const std::size_t event_bytes = (whole.size() - with_events(0).bytes().size()) / 3;
    const std::size_t first = whole.size() - 3 * event_bytes;
    for (std::size_t size = first + 1; size < whole.size(); ++size) {
        const std::size_t complete = (size - first) / event_bytes;
        const ReadFile read = read_bytes(whole.substr(0, size));
        if ((size - first) % event_bytes == 0) {
            CHECK(read.error.empty());
            CHECK(read.events.size() == complete);
            continue;
        }
        const std::string place = "at byte " + std::to_string(first + complete * event_bytes) + ",";
        CHECK(missing(read.error, {place, "the file ends after"}) == "");
        CHECK(read.events.size() == complete);
    }
}

TEST_CASE("a packed file cut off gives what can be unpacked") {
    const std::string plain = with_events(20000).bytes();
    for (const std::string& packed : {gzip(plain), zstd(plain)}) {
        const ReadFile read = read_bytes(packed.substr(0, packed.size() - 5));
        CHECK(read.events.size() > 10000);
        CHECK(missing(read.error, {"is damaged at byte", "the file ends inside"}) == "");
    }
}

TEST_CASE("a damaged packed stream names its format") {
    std::string packed = gzip(with_events(5000).bytes());
    for (std::size_t k = packed.size() / 2; k < packed.size() / 2 + 64; ++k) packed[k] = '\x55';
    const ReadFile read = read_bytes(packed);
    CHECK_FALSE(read.events.empty());
    CHECK(missing(read.error, {"gzip"}) == "");
}

TEST_CASE("an event that does not fit itself is counted if its block holds") {
    ScapWriter file = with_events(1);
    std::string bytes = scap_event(close_event(2));
    SECTION("a parameter longer than the event") { bytes[26] = 100; }
    SECTION("more lengths than bytes") { bytes[22] = 100; }
    SECTION("a length larger than the block") { bytes[17] = 100; }
    SECTION("a length smaller than the head") { bytes[16] = 3; }
    SECTION("shorter than the head") { bytes.resize(10); }
    SECTION("nothing") { bytes.clear(); }
    file.event_in(0x216, {}, bytes).event(close_event(3));
    const ReadFile read = read_bytes(file.bytes());
    CHECK(read.error.empty());
    CHECK(read.events.size() == 2);
    CHECK(read.stats().malformed_events == 1);
}

TEST_CASE("an event of the first layout whose lengths never meet its end is counted") {
    ScapEventSpec old = close_event(2);
    old.version = 1;
    std::string bytes = scap_event(old);
    bytes[22] = 7;
    const ReadFile read = read_bytes(with_events(1).event_in(0x204, {}, bytes).bytes());
    CHECK(read.error.empty());
    CHECK(read.stats().malformed_events == 1);
}

TEST_CASE("a wrong closing length is forgiven where the event is right") {
    std::string bytes = with_events(2).bytes();
    bytes[bytes.size() - 4] = 1;
    const ReadFile read = read_bytes(bytes + with_events(0).event(close_event(9)).bytes());
    CHECK(read.error.empty());
    CHECK(read.events.size() == 3);
    CHECK(read.stats().wrong_trailers == 1);
}

TEST_CASE("a block that holds neither inside nor at its end is damage") {
    std::string bytes = with_events(2).bytes();
    const std::size_t at = bytes.size();
    bytes += with_events(0).event(close_event(9)).bytes().substr(with_events(0).bytes().size());
    bytes[bytes.size() - 1] = 1;  // its closing length
    bytes[at + 8 + 2 + 16] = 0;   // and the event's own
    const ReadFile read = read_bytes(bytes);
    CHECK(read.events.size() == 2);
    CHECK(missing(read.error, {"test is damaged at byte " + std::to_string(at), "event block 0x216",
                               "2 events before it"}) == "");
}

TEST_CASE("garbage between blocks is damage") {
    const ReadFile read =
        read_bytes(with_events(1).append(std::string(64, '\x11')).event(close_event(1)).bytes());
    CHECK(read.events.size() == 1);
    CHECK(missing(read.error, {"block of unknown type 0x11111111"}) == "");
    const ReadFile zeros = read_bytes(with_events(1).append(std::string(64, '\0')).bytes());
    CHECK(missing(zeros.error, {"its length 0 is too small"}) == "");
}

TEST_CASE("a length of gigabytes allocates nothing") {
    const std::string huge = raw(0x216U) + raw(0xfffffff0U) + std::string(1000, 'x');
    const ReadFile read = read_bytes(with_events(1).append(huge).bytes());
    CHECK(read.events.size() == 1);
    CHECK(missing(read.error, {"the file ends after 1008 of 4294967280 bytes of it"}) == "");
    CHECK(read.stats().oversized_blocks == 1);
}

TEST_CASE("any corruption ends in success or a clear error") {
    ScapWriter file;
    file.section().machine("host", 1).processes(9, {{.tid = 1}, {.tid = 2, .env = nul("A=B")}});
    file.processes(6, {{.tid = 3}});
    for (int k = 0; k < 40; ++k) {
        ScapEventSpec spec;
        spec.version = 1 + k % 2;
        spec.code = static_cast<std::uint16_t>(k * 11);
        for (int n = 0; n < k % 9; ++n) spec.params.push_back(std::string(std::size_t(n), 'p'));
        file.event(spec);
    }
    const std::string good = file.bytes();
    std::mt19937 random(7);
    for (int round = 0; round < 3000; ++round) {
        std::string bad = good;
        for (std::uint32_t n = 1 + random() % 4; n > 0; --n) {
            const std::size_t at = 28 + random() % (bad.size() - 28);
            if (random() % 8 == 0)
                bad.erase(at, random() % 9);
            else
                bad[at] = static_cast<char>(random());
        }
        if (round % 3 == 0) bad = gzip(bad);
        const ReadFile read = read_bytes(bad);
        for (const ReadEvent& event : read.events) CHECK((*event).valid());
        if (!read.error.empty()) CHECK(missing(read.error, {"test"}) == "");
    }
}
