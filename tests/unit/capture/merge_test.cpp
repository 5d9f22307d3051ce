// SPDX-License-Identifier: Apache-2.0
// Ring and Merge over memory laid out like the kernel's: no privileges.
#include "capture/merge.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "tests/support/catch.hpp"

using namespace sensor;
using namespace sensor::capture;

namespace {

constexpr std::size_t kBytes = 65536;

// The producing end: the data twice in a row, as the kernel maps it.
class FakeRing {
public:
    FakeRing() {
        const int fd = ::memfd_create("ring", 0);
        REQUIRE(::ftruncate(fd, kBytes) == 0);
        void* all = ::mmap(nullptr, 2 * kBytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        data_ = static_cast<std::byte*>(all);
        ::mmap(data_, kBytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0);
        ::mmap(data_ + kBytes, kBytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0);
        ::close(fd);
    }
    ~FakeRing() { ::munmap(data_, 2 * kBytes); }
    FakeRing(const FakeRing&) = delete;
    FakeRing& operator=(const FakeRing&) = delete;

    Ring reader() { return Ring(&consumer, &producer, data_, kBytes); }
    bool fits(std::size_t bytes) const { return producer - consumer + bytes + 8 <= kBytes; }
    void push(std::uint64_t ts, std::uint64_t seq, std::uint16_t cpu = 0, std::uint32_t flags = 0) {
        rec_head head{};
        head.len = sizeof head;
        head.ts = ts;
        head.seq = seq;
        head.cpu = cpu;
        push_bytes(&head, sizeof head, flags);
    }
    void push_bytes(const void* bytes, std::uint32_t n, std::uint32_t flags) {
        last_ = producer % kBytes;
        const std::uint32_t word = n | flags;
        std::memcpy(data_ + last_, &word, sizeof word);
        std::memcpy(data_ + last_ + 8, bytes, n);
        producer += (n + 8 + 7) & ~std::uint64_t{7};
    }
    void commit() {
        std::uint32_t word = 0;
        std::memcpy(&word, data_ + last_, sizeof word);
        word &= ~(1U << 31);
        std::memcpy(data_ + last_, &word, sizeof word);
    }

    std::uint64_t consumer = 0, producer = 0;

private:
    std::byte* data_ = nullptr;
    std::size_t last_ = 0;
};

std::vector<std::uint64_t> take(Merge& merge, std::uint64_t horizon) {
    std::vector<std::uint64_t> times;
    merge.deliver(horizon, [&](std::span<const std::byte> record) {
        times.push_back(reinterpret_cast<const rec_head*>(record.data())->ts);
    });
    return times;
}

template <typename... R>
Merge merge_of(R&... rings) {
    std::vector<Ring> all;
    (all.push_back(rings.reader()), ...);
    return Merge(std::move(all));
}

using Times = std::vector<std::uint64_t>;

}  // namespace

TEST_CASE("records of several rings, and out of turn within one, come in order of time") {
    FakeRing a, b;
    Merge merge = merge_of(a, b);
    a.push(10, 0, 0);
    a.push(30, 1, 0);
    a.push(25, 2, 0);
    b.push(20, 0, 1);
    b.push(40, 1, 1);
    CHECK_FALSE(merge.collect());
    CHECK(take(merge, 100) == Times{10, 20, 25, 30, 40});
    CHECK(merge.gaps() == 0);
    CHECK(merge.delivered() == 5);
    CHECK(a.consumer == a.producer);
    CHECK(b.consumer == b.producer);
}

TEST_CASE("what is younger than the horizon waits in its ring") {
    FakeRing a;
    Merge merge = merge_of(a);
    a.push(10, 0);
    a.push(50, 1);
    merge.collect();
    CHECK(take(merge, 40) == Times{10});
    CHECK(merge.pending());
    CHECK(a.consumer == a.producer / 2);
    a.push(45, 2);
    merge.collect();
    CHECK(take(merge, 60) == Times{45, 50});
    CHECK_FALSE(merge.pending());
    CHECK(a.consumer == a.producer);
}

TEST_CASE("what is left in a ring is not overtaken by records of another") {
    FakeRing a, b;
    Merge merge = merge_of(a, b);
    constexpr std::uint64_t kMs = 1'000'000;
    std::uint64_t count = 0;
    for (; a.fits(sizeof(rec_head)); ++count) a.push((2 * count + 1) * kMs, count);
    for (std::uint64_t k = 0; k < 4; ++k) b.push(2 * (k + 1) * count / 4 * kMs, k, 1);
    Times all;
    for (int round = 0; all.size() < count + 4; ++round) {
        REQUIRE(round < 10);
        merge.collect();
        const Times some = take(merge, ~0ULL);
        CHECK(some.size() < count / 2);  // room is given back in steps
        all.insert(all.end(), some.begin(), some.end());
    }
    CHECK(std::is_sorted(all.begin(), all.end()));
}

TEST_CASE("a reserved record stops its ring until it is committed; discarded ones are skipped") {
    FakeRing a;
    Merge merge = merge_of(a);
    a.push(10, 0, 0, 1U << 30);
    a.push(20, 0, 0, 1U << 31);
    CHECK(merge.collect());
    CHECK(take(merge, 100).empty());
    a.commit();
    CHECK_FALSE(merge.collect());
    CHECK(take(merge, 100) == Times{20});
}

TEST_CASE("holes in the sequence are counted; a late record fills its own") {
    FakeRing a;
    Merge merge = merge_of(a);
    a.push(10, 0);
    a.push(20, 3);
    merge.collect();
    take(merge, 100);
    CHECK(merge.gaps() == 2);
    a.push(30, 1);
    merge.collect();
    take(merge, 100);
    CHECK(merge.gaps() == 1);
}

TEST_CASE("a malformed record is counted and passed over") {
    FakeRing a;
    Merge merge = merge_of(a);
    const std::uint64_t junk = 7;
    a.push_bytes(&junk, sizeof junk, 0);
    rec_head head{};
    head.len = 5000;
    a.push_bytes(&head, sizeof head, 0);
    a.push(30, 0);
    merge.collect();
    CHECK(take(merge, 100) == Times{30});
    CHECK(merge.malformed() == 2);
}

TEST_CASE("a ring many times its size passes through, wrapping") {
    FakeRing a;
    Merge merge = merge_of(a);
    std::uint64_t seq = 0, seen = 0;
    for (int round = 0; round < 200; ++round) {
        while (a.fits(sizeof(rec_head))) {
            a.push(seq, seq);
            ++seq;
        }
        merge.collect();
        for (const std::uint64_t ts : take(merge, ~0ULL)) {
            REQUIRE(ts == seen);
            ++seen;
        }
    }
    CHECK(seen > 10 * kBytes / sizeof(rec_head));
    CHECK(merge.gaps() == 0);
}

TEST_CASE(
    "who reads is told of sequence numbers that are left out, before the record behind them") {
    FakeRing ring;
    Merge merge = merge_of(ring);
    for (const unsigned seq : {0U, 1U, 4U, 3U, 5U, 9U}) ring.push(100 + seq, seq);
    merge.collect();
    std::string said;
    merge.deliver(
        1000,
        [&](std::span<const std::byte> record) {
            said += std::to_string(reinterpret_cast<const rec_head*>(record.data())->seq) + " ";
        },
        [&](const rec_head& next) { said += "<" + std::to_string(next.seq) + " "; });
    CHECK(said == "0 1 <3 3 4 5 <9 9 ");  // in order of time, so 3 came before 4
    CHECK(merge.gaps() == 4);
}
