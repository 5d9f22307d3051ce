// SPDX-License-Identifier: Apache-2.0
// Cases of calls that only the 32-bit interface has. Its programs see the lower 4 GiB only.
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <cstring>

#include "mount_support.hpp"

using namespace kernel_test;

#ifdef __x86_64__

namespace {

enum : std::uint32_t {
    kUmount = 22,
    kLlseek = 140,
    kMmap2 = 192,
    kStat64 = 195,
    kLstat64 = 196,
    kFstat64 = 197
};

template <typename A>
std::uint32_t narrow(A value) {
    return static_cast<std::uint32_t>(call_word(value));
}

long call_32(std::uint32_t number, std::uint32_t a = 0, std::uint32_t b = 0, std::uint32_t c = 0,
             std::uint32_t d = 0, std::uint32_t e = 0, std::uint64_t f = 0) {
    std::uint32_t result = number;
    // The sixth argument's register may be the frame's: it is lent for the call only.
    asm volatile("xchg %%rbp, %1\n\tint $0x80\n\txchg %%rbp, %1"
                 : "+a"(result), "+r"(f)
                 : "b"(a), "c"(b), "d"(c), "S"(d), "D"(e)
                 : "memory", "r8", "r9", "r10", "r11");
    return result > 0xfffff000U ? static_cast<std::int32_t>(result) : static_cast<long>(result);
}

/// Memory such calls can use, with a text at its start; nullptr if there is no such interface.
char* low_memory(std::string_view text = {}) {
    void* const memory = ::mmap(nullptr, 8192, PROT_READ | PROT_WRITE,
                                MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
    if (memory == MAP_FAILED) return nullptr;
    const pid_t trying = ::fork();  // a kernel without it answers with a deadly signal
    if (trying == 0) {
        call_32(1, 42);  // exit
        ::_exit(1);
    }
    int status = 0;
    ::waitpid(trying, &status, 0);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 42) return nullptr;
    std::memcpy(memory, text.data(), text.size());
    return static_cast<char*>(memory);
}

constexpr char kNoInterface[] = "this kernel takes no 32-bit calls";

}  // namespace

EVENT_CASE(stat64) {
    char* const name = low_memory("/dev/null");
    if (name == nullptr) return expect.unavailable(kNoInterface);
    expect.number("res", call_32(kStat64, narrow(name), narrow(name + 4096)));
    expect.text("path", "/dev/null");
}

EVENT_CASE(lstat64) {
    char* const name = low_memory("/proc/self");
    if (name == nullptr) return expect.unavailable(kNoInterface);
    expect.number("res", call_32(kLstat64, narrow(name), narrow(name + 4096)));
    expect.text("path", "/proc/self");
}

EVENT_CASE(fstat64) {
    char* const room = low_memory();
    if (room == nullptr) return expect.unavailable(kNoInterface);
    expect.number("res", call_32(kFstat64, 0, narrow(room)));
}

EVENT_CASE(llseek) {
    const Folder folder;
    const int fd = folder.make("there");
    char* const room = low_memory();
    if (room == nullptr) return expect.unavailable(kNoInterface);
    expect.number("res", call_32(kLlseek, narrow(fd), 1, 16, narrow(room), SEEK_SET));
    expect.number("fd", fd);
    expect.number("offset", 0x1'0000'0010);
    expect.number("whence", 0);
}

EVENT_CASE(mmap2) {
    const Folder folder;
    const int fd = folder.make("there", std::string(0x3000, 'x'));
    if (low_memory() == nullptr) return expect.unavailable(kNoInterface);
    const long at = call_32(kMmap2, 0, 100, PROT_READ, MAP_SHARED, narrow(fd), 2);
    expect_memory(expect);
    expect.number("res", at);
    expect.number("addr", 0);
    expect.number("length", 100);
    expect.number("prot", 1);
    expect.number("flags", 1);
    expect.number("fd", fd);
    expect.number("pgoffset", 2);
}

EVENT_CASE(umount) {
    const Folder folder;
    char* const name = low_memory(folder.path());
    if (name == nullptr) return expect.unavailable(kNoInterface);
    if (!mount_on(folder)) return;
    expect.number("res", call_32(kUmount, narrow(name)));
    expect.text("name", folder.path());
}

#else

NO_EVENT_CASE(stat64, "only 32-bit programs have this call")
NO_EVENT_CASE(lstat64, "only 32-bit programs have this call")
NO_EVENT_CASE(fstat64, "only 32-bit programs have this call")
NO_EVENT_CASE(llseek, "only 32-bit programs have this call")
NO_EVENT_CASE(mmap2, "only 32-bit programs have this call")
NO_EVENT_CASE(umount, "only 32-bit programs have this call")

#endif
