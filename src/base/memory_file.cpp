// SPDX-License-Identifier: Apache-2.0
#include "base/memory_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace sensor {

Result<Fd> make_memory_file(const char* name) {
    Fd fd(::memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (!fd) return errno_error("making a memory file", errno);
    return fd;
}

Result<> write_all(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t n = ::write(fd, bytes.data(), bytes.size());
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return errno_error("writing", n < 0 ? errno : EIO);
        bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return Ok{};
}

Result<std::string> read_all(int fd, std::size_t limit) {
    struct stat info{};
    if (::fstat(fd, &info) != 0) return errno_error("reading", errno);
    std::string bytes(std::min(static_cast<std::size_t>(info.st_size), limit), '\0');
    std::size_t used = 0;
    while (used < bytes.size()) {
        const ssize_t n =
            ::pread(fd, bytes.data() + used, bytes.size() - used, static_cast<off_t>(used));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return errno_error("reading", errno);
        if (n == 0) break;
        used += static_cast<std::size_t>(n);
    }
    bytes.resize(used);
    return bytes;
}

Result<> seal(int fd) {
    if (::fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0) {
        return errno_error("sealing a memory file", errno);
    }
    return Ok{};
}

}  // namespace sensor
