// SPDX-License-Identifier: Apache-2.0
#include "case_support.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <limits>

namespace kernel_test {
namespace {

/// A file of /proc, without a call to the allocator, which may change what is asked for.
template <std::size_t N>
const char* read_file(const char* path, char (&text)[N]) {
    const int fd = ::open(path, O_RDONLY | O_CLOEXEC);
    const ssize_t bytes = fd < 0 ? 0 : ::read(fd, text, N - 1);
    text[bytes > 0 ? bytes : 0] = '\0';
    ::close(fd);
    return text;
}

}  // namespace

Folder::Folder() {
    char name[] = "/tmp/event_case_XXXXXX";
    if (::mkdtemp(name) == nullptr) std::_Exit(97);
    path_ = name;
}

Folder::~Folder() {
    const pid_t remover = ::fork();
    if (remover == 0) {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
        std::_Exit(0);
    }
    ::waitpid(remover, nullptr, 0);
}

int Folder::open() const { return ::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); }

int Folder::make(const char* name, std::string_view content) const {
    const int fd = ::open(file(name).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (::pwrite(fd, content.data(), content.size(), 0) < 0) std::_Exit(97);
    return fd;
}

int Folder::layer() const {
    struct statfs fs{};
    ::statfs(path_.c_str(), &fs);
    return fs.f_type == 0x794c7630 ? 0x8000 : 0;
}

void expect_file(Expect& expect, int fd) {
    struct stat file{};
    ::fstat(fd, &file);
    const std::uint64_t major = major(file.st_dev), minor = minor(file.st_dev);
    expect.number("dev", static_cast<std::int64_t>((minor & 0xff) | major << 8 |
                                                   (minor & ~std::uint64_t{0xff}) << 12));
    expect.number("ino", static_cast<std::int64_t>(file.st_ino));
}

bool in_first_pid_namespace() {
    char name[64] = {};
    return ::readlink("/proc/self/ns/pid", name, sizeof name - 1) > 0 &&
           std::string_view(name) == "pid:[4026531836]";
}

void expect_host_number(Expect& expect, const char* param, pid_t number) {
    if (in_first_pid_namespace())
        expect.number(param, number);
    else
        expect.between(param, 1, std::numeric_limits<std::int32_t>::max());
}

namespace {

std::int64_t whole_memory_kib() {
    char text[256];
    const long page_kib = ::sysconf(_SC_PAGESIZE) / 1024;
    return std::strtol(read_file("/proc/self/statm", text), nullptr, 10) * page_kib;
}

}  // namespace

// Events have 32 bits for it; a program with sanitizers has more.
std::int64_t memory_kib() { return whole_memory_kib() & 0xffffffff; }

std::int64_t most_resident_kib() {
    return std::min<std::int64_t>(whole_memory_kib(), std::numeric_limits<std::int32_t>::max());
}

void expect_memory(Expect& expect) {
    const std::int64_t size = memory_kib();
    expect.number("vm_size", size);
    expect.between("vm_rss", 0, most_resident_kib());  // counted per CPU, so late
    expect.between("vm_swap", 0, most_resident_kib());
}

std::int64_t stat_field(const char* process, int field) {
    char path[64], text[1024];
    std::snprintf(path, sizeof path, "/proc/%s/stat", process);
    // The name, field 2, may hold blanks: what follows its parenthesis is counted.
    const char* at = std::strrchr(read_file(path, text), ')');
    for (int n = 2; at != nullptr && n < field; ++n) at = std::strchr(at + 1, ' ');
    return at == nullptr ? -1 : std::strtoll(at, nullptr, 10);
}

std::string fd_list(std::initializer_list<PolledFd> fds) {
    std::string list = bytes_of(static_cast<std::uint16_t>(fds.size()));
    for (const PolledFd& each : fds)
        list += bytes_of(static_cast<std::int64_t>(each.fd)) + bytes_of(each.flags);
    return list;
}

}  // namespace kernel_test
