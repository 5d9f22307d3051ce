// SPDX-License-Identifier: Apache-2.0
#include "runtimes/small_file.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "base/log.hpp"

namespace sensor::runtimes {
namespace {

constexpr int kMostAttempts = 8;  // somebody renames folders meanwhile

/// By a descriptor that only says where it is: what it is, is known before it is opened.
Fd open_regular(const Fd& place) {
    struct stat info{};
    if (!place || ::fstat(place.get(), &info) != 0 || !S_ISREG(info.st_mode)) return {};
    const std::string again = format("/proc/self/fd/{}", place.get());
    return Fd(::open(again.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
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

std::string content_of(const Fd& file, std::size_t most) {
    std::string content;
    if (!file || !read_up_to(file.get(), most, content)) return {};
    return content;
}

}  // namespace

Fd open_root(const std::string& path) {
    return Fd(::open(path.empty() ? "/" : path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
}

Fd open_below(int root, const std::string& path) {
    open_how how{};
    how.flags = O_PATH | O_CLOEXEC;
    how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
    for (int k = 0; k < kMostAttempts; ++k) {
        const Fd place(
            static_cast<int>(::syscall(SYS_openat2, root, path.c_str(), &how, sizeof how)));
        if (place || errno != EAGAIN) return open_regular(place);
    }
    return {};
}

std::string small_file(const std::string& path, std::size_t most) {
    return content_of(open_regular(Fd(::open(path.c_str(), O_PATH | O_CLOEXEC))), most);
}

std::string small_file(const Fd& root, const std::string& path, std::size_t most) {
    return root ? content_of(open_below(root.get(), path), most) : std::string();
}

std::string end_of_file(const Fd& root, const std::string& path, std::size_t most) {
    const Fd file = root ? open_below(root.get(), path) : Fd();
    std::string content;
    struct stat info{};
    if (!file || ::fstat(file.get(), &info) != 0) return content;
    const auto size = static_cast<std::size_t>(info.st_size);
    if (size > most) ::lseek(file.get(), static_cast<off_t>(size - most), SEEK_SET);
    read_up_to(file.get(), most, content);
    return content;
}

}  // namespace sensor::runtimes
