// SPDX-License-Identifier: Apache-2.0
#include "tests/diff/value_pool.hpp"

#include <sys/mman.h>

#include <cstring>
#include <limits>

#include "base/check.hpp"

namespace sensor::testing {
namespace {

constexpr std::size_t kPage = 4096;
constexpr std::size_t kMostPages = 1024;

using std::string_view_literals::operator""sv;

// clang-format off
constexpr std::string_view kTexts[] = {
    "", "a", "b", "A", "ab", "ba", "abc", "sh", "bash", "dash", "zsh", "root", "ROOT", "nginx",
    "/", "/a", "/etc", "/etc/", "/etc/shadow", "/etc/shadow-", "/etc/passwd", "/etc/ssl/certs/x",
    "/etc/shadow/sub/dir", "/usr/bin/bash", "/usr/bin/dash", "/usr/bin/base64", "/usr/sbin/sshd",
    "usr/bin", "//usr//bin", "/var/lib/docker", "/dev/null", "/dev/shm/x", "12345678", "123456789",
    "1234567890123456", "12345678901234567", "<NA>", "O_RDONLY|O_CLOEXEC", "O_RDONLY", "-ab", "-c",
    "--long", "-", "YWJj", "YWJ", "Y", "a.b.c", "[x]", "[abc]", "*", "a*", "?", "back\\slash",
    "two words", "tab\there", "nul\0in"sv, "\xff", "caf\xc3\xa9", "/p\xff/q",
    "SYSTEM_LONG_NAME_1", "SYSTEM_LONG_NAME_2", "open", "openat", "file", "pipe", "ipv4", "true",
    "80", "443",
};
// clang-format on

}  // namespace

const std::vector<std::string>& ValuePool::texts() {
    static const std::vector<std::string> all = [] {
        std::vector<std::string> made(std::begin(kTexts), std::end(kTexts));
        for (const std::size_t size : {31U, 32U, 33U, 64U}) made.emplace_back(size, 'x');
        for (const char last : {'a', 'b'}) made.push_back(std::string(254, 'z') + last);
        return made;
    }();
    return all;
}

const std::vector<std::int64_t>& ValuePool::numbers() {
    static const std::vector<std::int64_t> all{0,
                                               1,
                                               2,
                                               3,
                                               4,
                                               5,
                                               7,
                                               22,
                                               80,
                                               443,
                                               1000,
                                               65535,
                                               65537,
                                               -1,
                                               -2,
                                               -100,
                                               2147483647,
                                               4294967295,
                                               4294967296,
                                               std::numeric_limits<std::int64_t>::max(),
                                               std::numeric_limits<std::int64_t>::min()};
    return all;
}

const std::vector<std::string>& ValuePool::addresses() {
    static const std::vector<std::string> all{
        std::string("\x7f\0\0\1", 4),
        std::string("\x0a\1\2\3", 4),
        std::string("\x0a\1\2\4", 4),
        std::string("\xc0\xa8\5\7", 4),
        std::string("\0\0\0\0", 4),
        std::string("\xff\xff\xff\xff", 4),
        std::string(15, '\0') + "\1",
        std::string("\x20\1\x0d\xb8", 4) + std::string(12, '\5'),
        std::string("\x20\1\x0d\xb8", 4) + std::string(12, '\6'),
        std::string(16, '\xff'),
        std::string(16, '\0')};
    return all;
}

ValuePool::ValuePool() {
    void* memory =
        ::mmap(nullptr, kMostPages * kPage, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    SENSOR_CHECK(memory != MAP_FAILED);
    memory_ = static_cast<char*>(memory);
    for (const bool at_end : {true, false}) {
        for (const std::string& text : texts()) guarded_.push_back(guard(text, at_end));
        for (const std::string& address : addresses())
            guarded_addresses_.push_back(guard(address, at_end));
    }
    make_lists();
    collect();
}

ValuePool::~ValuePool() { ::munmap(memory_, kMostPages * kPage); }

/// A copy at the end or the start of a page between two that cannot be read.
std::string_view ValuePool::guard(const std::string& bytes, bool at_end) {
    SENSOR_CHECK(used_pages_ + 3 < kMostPages && bytes.size() <= kPage);
    char* page = memory_ + (used_pages_ + 1) * kPage;
    used_pages_ += 2;
    SENSOR_CHECK(::mprotect(page, kPage, PROT_READ | PROT_WRITE) == 0);
    char* start = at_end ? page + kPage - bytes.size() : page;
    std::memcpy(start, bytes.data(), bytes.size());
    SENSOR_CHECK(::mprotect(page, kPage, PROT_READ) == 0);
    return {start, bytes.size()};
}

Value ValuePool::text(std::size_t k) const { return Value::of_text(guarded_[k % guarded_.size()]); }
Value ValuePool::bytes(std::size_t k) const {
    return Value::of_bytes(guarded_[k % guarded_.size()]);
}
Value ValuePool::address(std::size_t k) const {
    return Value::of_ip(guarded_addresses_[k % guarded_addresses_.size()]);
}
Value ValuePool::list(std::size_t k) const {
    const std::vector<Value>& list = lists_[k % lists_.size()];
    return Value::of_list(list.data(), list.size());
}

void ValuePool::make_lists() {
    lists_.push_back({});
    for (std::size_t k = 0; k < 12; ++k) {
        lists_.push_back({text(k * 5)});
        lists_.push_back({text(k), text(k * 7 + 3), text(k * 11 + 1)});
        lists_.push_back({address(k), address(k + 4)});
        lists_.push_back({Value::of_uint(k), Value::of_uint(443)});
    }
    lists_.push_back({text(1), Value::absent()});
    lists_.push_back({Value::of_int(-1), Value::of_int(5), Value::of_bool(true)});
}

void ValuePool::collect() {
    all_.push_back(Value::absent());
    for (const std::int64_t n : numbers()) {
        all_.push_back(Value::of_int(n));
        all_.push_back(Value::of_uint(static_cast<std::uint64_t>(n)));
        all_.push_back(Value::of_double(static_cast<double>(n) / 2));
    }
    all_.push_back(Value::of_bool(false));
    all_.push_back(Value::of_bool(true));
    for (std::size_t k = 0; k < guarded_.size(); ++k) all_.push_back(text(k));
    for (std::size_t k = 0; k < guarded_.size(); k += 3) all_.push_back(bytes(k));
    for (std::size_t k = 0; k < guarded_addresses_.size(); ++k) all_.push_back(address(k));
    for (std::size_t k = 0; k < lists_.size(); ++k) all_.push_back(list(k));
}

}  // namespace sensor::testing
