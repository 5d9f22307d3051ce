// SPDX-License-Identifier: Apache-2.0
// Cases of events about memory: mappings, protection, locks, faults.
#include <sys/mman.h>
#include <sys/syscall.h>

#include "case_support.hpp"

using namespace kernel_test;

namespace {

constexpr long kPage = 4096;  // a length in bytes; the kernel rounds up

/// Memory nothing has touched yet.
long fresh(long bytes) {
    return call(SYS_mmap, 0, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

}  // namespace

EVENT_CASE(mmap) {
    const Folder folder;
    const int fd = folder.make("there", std::string(0x20000, 'x'));
    const long hint = fresh(0x20000);
    const long result = call(SYS_mmap, hint, 100, PROT_READ | PROT_EXEC,
                             MAP_PRIVATE | MAP_FIXED | MAP_POPULATE, fd, 0x10000);
    expect_memory(expect);
    expect.number("res", result == hint ? hint : -1);
    expect.number("addr", hint);
    expect.number("length", 100);
    expect.number("prot", 1 | 4);
    expect.number("flags", 2 | 4 | 0x80);
    expect.number("fd", fd);
    expect.number("offset", 0x10000);
}

EVENT_CASE(munmap) {
    const long at = fresh(2 * kPage);
    expect.number("res", call(SYS_munmap, at, 2 * kPage));
    expect_memory(expect);
    expect.number("addr", at);
    expect.number("length", 2 * kPage);
}

EVENT_CASE(brk) {
    const long now = call(SYS_brk, 0);
    const long result = call(SYS_brk, now + 100);
    expect_memory(expect);
    expect.number("res", result == now + 100 ? result : -1);
    expect.number("addr", now + 100);
}

EVENT_CASE(mprotect) {
    const long at = fresh(kPage);
    expect.number("res", call(SYS_mprotect, at, kPage, PROT_READ | PROT_EXEC));
    expect.number("addr", at);
    expect.number("length", kPage);
    expect.number("prot", 1 | 4);
}

EVENT_CASE(mlock) {
    const long at = fresh(kPage);
    expect.number("res", call(SYS_mlock, at, kPage));
    expect.number("addr", at);
    expect.number("len", kPage);
}

EVENT_CASE(mlock2) {
    const long at = fresh(kPage);
    expect.number("res", call(SYS_mlock2, at, kPage, MLOCK_ONFAULT));
    expect.number("addr", at);
    expect.number("len", kPage);
    expect.number("flags", 1);
}

EVENT_CASE(munlock) {
    const long at = fresh(kPage);
    expect.number("res", call(SYS_munlock, at, kPage));
    expect.number("addr", at);
    expect.number("len", kPage);
}

EVENT_CASE(mlockall) {
    expect.number("res", call(SYS_mlockall, MCL_FUTURE | MCL_ONFAULT));
    expect.number("flags", 2 | 4);
}

EVENT_CASE(munlockall) { expect.number("res", call(SYS_munlockall)); }

#ifdef __x86_64__

EVENT_CASE(page_fault) {
    const long page = fresh(kPage);
    long instruction = 0;
    asm volatile("lea 1f(%%rip), %0\n1: movb $1, 5(%1)"
                 : "=&r"(instruction)
                 : "r"(page)
                 : "memory");
    expect.only("addr", page + 5);
    expect.number("ip", instruction);
    expect.number("error", 2 | 4 | 0x10);  // not there, written, by the program itself
}

#else

NO_EVENT_CASE(page_fault, "kernels of this processor have no tracepoint of faults")

#endif
