// SPDX-License-Identifier: Apache-2.0
#include "runtimes/small_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>

#include "base/fd.hpp"

namespace sensor::runtimes {

std::string small_file(const std::string& path, std::size_t most) {
    const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    struct stat info{};
    std::string content;
    if (!fd || ::fstat(fd.get(), &info) != 0 || !S_ISREG(info.st_mode)) return content;
    std::array<char, 16384> buffer{};
    while (content.size() <= most) {
        const ssize_t size = ::read(fd.get(), buffer.data(), buffer.size());
        if (size <= 0) return content;
        content.append(buffer.data(), static_cast<std::size_t>(size));
    }
    return {};
}

}  // namespace sensor::runtimes
