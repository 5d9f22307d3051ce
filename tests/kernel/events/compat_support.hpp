// SPDX-License-Identifier: Apache-2.0
// Calls through the 32-bit interface of x86. Its programs see the lower 4 GiB only.
#pragma once

#ifdef __x86_64__

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <string_view>

#include "event_case.hpp"

namespace kernel_test {

template <typename A>
std::uint32_t narrow(A value) {
    return static_cast<std::uint32_t>(call_word(value));
}

inline long call_32(std::uint32_t number, std::uint32_t a = 0, std::uint32_t b = 0,
                    std::uint32_t c = 0, std::uint32_t d = 0, std::uint32_t e = 0,
                    std::uint64_t f = 0) {
    std::uint32_t result = number;
    // The sixth argument's register may be the frame's: it is lent for the call only.
    asm volatile("xchg %%rbp, %1\n\tint $0x80\n\txchg %%rbp, %1"
                 : "+a"(result), "+r"(f)
                 : "b"(a), "c"(b), "d"(c), "S"(d), "D"(e)
                 : "memory", "r8", "r9", "r10", "r11");
    return result > 0xfffff000U ? static_cast<std::int32_t>(result) : static_cast<long>(result);
}

/// Memory such calls can use, with a text at its start; nullptr if there is no such interface.
inline char* low_memory(std::string_view text = {}) {
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
    if (!text.empty()) std::memcpy(memory, text.data(), text.size());
    return static_cast<char*>(memory);
}

inline constexpr char kNoInterface[] = "this kernel takes no 32-bit calls";

/// A call behind the 32-bit socketcall. room: memory such calls can use; the arguments go behind
/// its first KiB
template <std::size_t kWords>
long socketcall_32(std::uint32_t number, char* room, const std::uint32_t (&words)[kWords]) {
    std::memcpy(room + 1024, words, sizeof words);
    return call_32(102, number, narrow(room + 1024));
}

}  // namespace kernel_test

#endif
