// SPDX-License-Identifier: Apache-2.0
// Cases of calls that only the 32-bit interface has.
#include <sys/mman.h>

#include "compat_support.hpp"
#include "mount_support.hpp"
#include "net_support.hpp"

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

// send and recv are calls of their own only behind socketcall.
EVENT_CASE(send) {
    const Datagrams net;
    char* const room = low_memory("hello");
    if (room == nullptr) return expect.unavailable(kNoInterface);
    if (::connect(net.sender, generic(net.to), sizeof net.to) != 0) return;
    const std::uint32_t words[] = {narrow(net.sender), narrow(room), 5, MSG_DONTWAIT};
    expect.number("res", socketcall_32(9, room, words));
    expect_datagram(expect, net.sender, 5);
    expect.text("tuple", net.tuple);
}

EVENT_CASE(recv) {
    const Datagrams net;
    net.send("hello");
    char* const room = low_memory();
    if (room == nullptr) return expect.unavailable(kNoInterface);
    const std::uint32_t words[] = {narrow(net.receiver), narrow(room), 32, 0};
    expect.number("res", socketcall_32(10, room, words));
    expect_datagram(expect, net.receiver, 32);
    expect.some("tuple");
}

#else

NO_EVENT_CASE(send, "processors with a call of that name are not supported")
NO_EVENT_CASE(recv, "processors with a call of that name are not supported")
NO_EVENT_CASE(stat64, "only 32-bit programs have this call")
NO_EVENT_CASE(lstat64, "only 32-bit programs have this call")
NO_EVENT_CASE(fstat64, "only 32-bit programs have this call")
NO_EVENT_CASE(llseek, "only 32-bit programs have this call")
NO_EVENT_CASE(mmap2, "only 32-bit programs have this call")
NO_EVENT_CASE(umount, "only 32-bit programs have this call")

#endif
