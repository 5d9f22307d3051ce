// SPDX-License-Identifier: Apache-2.0
#include "event/event.hpp"

#include <cstring>
#include <vector>

#include "tests/support/catch.hpp"

namespace {

using namespace sensor;

struct Raw {
    std::vector<std::uint64_t> words = std::vector<std::uint64_t>(64);

    rec_head& head() { return *reinterpret_cast<rec_head*>(words.data()); }
    std::uint64_t& slot(std::size_t k) { return words[sizeof(rec_head) / 8 + k]; }
    char* bytes() { return reinterpret_cast<char*>(words.data()); }
    Event view(std::size_t size) const {
        return Event::view({reinterpret_cast<const std::byte*>(words.data()), size});
    }
};

// mkdir: res, path, mode; the path stands directly behind the slots.
Raw mkdir_record() {
    Raw raw;
    raw.head().type = 277;
    raw.head().nslots = 3;
    const std::size_t tail = sizeof(rec_head) + 24;
    raw.slot(0) = static_cast<std::uint64_t>(-17);
    raw.slot(1) = std::uint64_t{tail} << 32 | 4;
    raw.slot(2) = 0755;
    std::memcpy(raw.bytes() + tail, "/tmp", 5);
    raw.head().len = static_cast<std::uint32_t>(tail + 8);
    return raw;
}

}  // namespace

TEST_CASE("a record reads as its event") {
    const Raw raw = mkdir_record();
    const Event event = raw.view(512);
    REQUIRE(event.valid());
    CHECK(event.type() == EventType::mkdir);
    CHECK(event.result() == -17);
    CHECK(event.has_result());
    CHECK(event.text(1) == "/tmp");
    CHECK(event.u64(2) == 0755);
    CHECK_FALSE(event.has(3));
    CHECK_FALSE(event.has_extra(REC_X_FD));
    CHECK(event.fd_object() == nullptr);
}

TEST_CASE("an absent parameter is empty, zero and not there") {
    Raw raw = mkdir_record();
    raw.head().absent = 0b010;
    raw.slot(1) = ~0ULL;  // whatever stands in an absent slot is not looked at
    const Event event = raw.view(512);
    REQUIRE(event.valid());
    CHECK_FALSE(event.has(1));
    CHECK(event.text(1).empty());
}

TEST_CASE("malformed records are refused, every field of the head") {
    const auto refused = [](auto spoil, std::size_t size = 512) {
        Raw raw = mkdir_record();
        spoil(raw);
        return !raw.view(size).valid();
    };
    CHECK(refused([](Raw&) {}, 10));
    CHECK(refused([](Raw& r) { r.head().type = 511; }));
    CHECK(refused([](Raw& r) { r.head().type = 4; }));
    CHECK(refused([](Raw& r) { r.head().len = 8; }));
    CHECK(refused([](Raw& r) { r.head().len = 513; }));
    CHECK(refused([](Raw& r) { r.head().nslots = 4; }));
    CHECK(refused([](Raw& r) { r.head().nslots = 255; }));
    CHECK(refused([](Raw& r) { r.head().len = sizeof(rec_head) + 8; }));
    CHECK(refused([](Raw& r) { r.slot(1) = std::uint64_t{8} << 32 | 4; }));
    CHECK(refused([](Raw& r) { r.slot(1) = std::uint64_t{400} << 32 | 4; }));
    CHECK(refused([](Raw& r) { r.slot(1) |= 0xffffffff; }));
    CHECK_FALSE(refused([](Raw&) {}));
}

TEST_CASE("every byte of the head may be anything without a bad read") {
    for (std::size_t at = 0; at < sizeof(rec_head) + 24; ++at) {
        for (int value = 0; value < 256; ++value) {
            Raw raw = mkdir_record();
            raw.bytes()[at] = static_cast<char>(value);
            const Event event = raw.view(512);
            if (!event.valid()) continue;
            for (std::size_t k = 0; k < event.param_count(); ++k) {
                if (is_variable(event.info().params[k].type)) {
                    const std::string copy(event.text(k));
                    CHECK(copy.size() <= 512);
                }
            }
        }
    }
}
