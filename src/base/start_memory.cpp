// SPDX-License-Identifier: Apache-2.0
#include "base/start_memory.hpp"

#include <link.h>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>

namespace sensor {
namespace {

// Segments that are never written hold nothing but what their file holds.
int let_go(dl_phdr_info* object, std::size_t, void*) {
    const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
    for (unsigned k = 0; k < object->dlpi_phnum; ++k) {
        const ElfW(Phdr)& segment = object->dlpi_phdr[k];
        if (segment.p_type != PT_LOAD || (segment.p_flags & PF_W) != 0) continue;
        const std::uintptr_t begin = object->dlpi_addr + segment.p_vaddr;
        const std::uintptr_t first = (begin + page - 1) / page * page;
        const std::uintptr_t last = (begin + segment.p_filesz) / page * page;
        if (first < last) ::madvise(reinterpret_cast<void*>(first), last - first, MADV_DONTNEED);
    }
    return 0;
}

}  // namespace

void release_start_memory() {
    malloc_trim(0);
    dl_iterate_phdr(let_go, nullptr);
}

}  // namespace sensor
