// SPDX-License-Identifier: Apache-2.0
#include "runtimes/small_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>

#include "base/fd.hpp"

namespace sensor::runtimes {
namespace {

/// A regular file that others write. out: not open: it is none, or cannot be read
Fd open_regular(const std::string& path, std::size_t& size) {
    Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    struct stat info{};
    if (!fd || ::fstat(fd.get(), &info) != 0 || !S_ISREG(info.st_mode)) return {};
    size = static_cast<std::size_t>(info.st_size);
    return fd;
}

/// out: does it end within `most` bytes
bool read_up_to(int fd, std::size_t most, std::string& content) {
    std::array<char, 16384> buffer{};
    while (content.size() <= most) {
        const ssize_t size = ::read(fd, buffer.data(), buffer.size());
        if (size <= 0) return true;
        content.append(buffer.data(), static_cast<std::size_t>(size));
    }
    return false;
}

}  // namespace

std::string small_file(const std::string& path, std::size_t most) {
    std::size_t size = 0;
    const Fd fd = open_regular(path, size);
    std::string content;
    if (!fd || !read_up_to(fd.get(), most, content)) return {};
    return content;
}

std::string end_of_file(const std::string& path, std::size_t most) {
    std::size_t size = 0;
    const Fd fd = open_regular(path, size);
    std::string content;
    if (!fd) return content;
    if (size > most) ::lseek(fd.get(), static_cast<off_t>(size - most), SEEK_SET);
    read_up_to(fd.get(), most, content);
    return content;
}

}  // namespace sensor::runtimes
