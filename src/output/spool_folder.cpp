// SPDX-License-Identifier: Apache-2.0
#include "output/spool_folder.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

#include "base/log.hpp"
#include "output/spool_frame.hpp"

namespace sensor::output {
namespace {

constexpr std::size_t kDigits = 20;
constexpr std::string_view kSpool = ".spool", kDamaged = ".damaged";
constexpr std::size_t kMostAside = 8;
constexpr std::size_t kMostFile = 2 * kMostPayload;

std::string name_of(std::uint64_t first, std::string_view ending = kSpool) {
    return format("{:020}{}", first, ending);
}

/// The number in a name with that ending, if it is one.
std::optional<std::uint64_t> number_of(std::string_view name, std::string_view ending) {
    if (name.size() != kDigits + ending.size() || !name.ends_with(ending)) return std::nullopt;
    std::uint64_t number = 0;
    for (const char digit : name.substr(0, kDigits)) {
        if (digit < '0' || digit > '9') return std::nullopt;
        if (__builtin_mul_overflow(number, 10, &number) ||
            __builtin_add_overflow(number, static_cast<unsigned>(digit - '0'), &number))
            return std::nullopt;
    }
    return number;
}

bool is_ours(const struct stat& info) {
    const bool owner = info.st_uid == ::geteuid() || info.st_uid == 0;
    return owner && (info.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

/// A folder that only its owner, who is us or root, can write to.
Result<Fd> open_folder(int at, const std::string& name, const std::string& path, bool make) {
    if (make && ::mkdirat(at, name.c_str(), 0700) != 0 && errno != EEXIST)
        return errno_error("cannot make the folder " + path, errno);
    Fd fd(::openat(at, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!fd) return errno_error("cannot open the folder " + path, errno);
    struct stat info{};
    if (::fstat(fd.get(), &info) != 0) return errno_error("cannot look at " + path, errno);
    if (!is_ours(info)) return Error(path + ": others can write there; nothing is kept in it");
    return fd;
}

/// Calls `take` with each name in a folder.
template <typename Take>
Result<> for_each_name(int folder, const std::string& path, Take&& take) {
    const int again = ::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR* const opened = again < 0 ? nullptr : ::fdopendir(again);
    if (opened == nullptr) return errno_error("cannot list " + path, errno);
    const std::unique_ptr<DIR, int (*)(DIR*)> closer(opened, &::closedir);
    while (const dirent* entry = ::readdir(opened)) take(std::string(entry->d_name));
    return Ok{};
}

}  // namespace

Result<SpoolFolder> SpoolFolder::open(const std::string& folder, std::string_view channel,
                                      bool make) {
    SpoolFolder opened;
    opened.path_ = folder + "/" + std::string(channel);
    SENSOR_TRY(const Fd base, open_folder(AT_FDCWD, folder, folder, make));
    SENSOR_TRY(opened.folder_, open_folder(base.get(), std::string(channel), opened.path_, make));
    SENSOR_TRY_OK(opened.take_lock());
    return opened;
}

Result<> SpoolFolder::take_lock() {
    constexpr int kHow = O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC;
    lock_ = Fd(::openat(folder_.get(), "lock", kHow, 0600));
    if (!lock_) return errno_error("cannot open " + path_ + "/lock", errno);
    if (::flock(lock_.get(), LOCK_EX | LOCK_NB) != 0)
        return errno_error(path_ + " is used by another process", errno);
    position_ = Fd(::openat(folder_.get(), "position", kHow, 0600));
    if (!position_) return errno_error("cannot open " + path_ + "/position", errno);
    return Ok{};
}

Result<std::vector<SpoolFolder::File>> SpoolFolder::list() {
    std::vector<File> files;
    std::vector<std::uint64_t> foreign;
    SENSOR_TRY_OK(for_each_name(folder_.get(), path_, [&](const std::string& name) {
        const auto first = number_of(name, kSpool);
        if (!first) return;
        struct stat info{};
        const int error = ::fstatat(folder_.get(), name.c_str(), &info, AT_SYMLINK_NOFOLLOW);
        if (error == 0 && S_ISREG(info.st_mode) && info.st_nlink == 1 && is_ours(info)) {
            files.push_back({*first, static_cast<std::uint64_t>(info.st_size)});
        } else {
            foreign.push_back(*first);
        }
    }));
    for (const std::uint64_t first : foreign) {
        log::warning("{}/{}: no file of ours; set aside", path_, name_of(first));
        set_aside(first);
    }
    std::sort(files.begin(), files.end(),
              [](const File& a, const File& b) { return a.first < b.first; });
    count_aside();
    return files;
}

Result<Fd> SpoolFolder::create(std::uint64_t first) const {
    const std::string name = name_of(first);
    constexpr int kHow = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    Fd fd(::openat(folder_.get(), name.c_str(), kHow, 0600));
    if (!fd) return errno_error("cannot create " + path_ + "/" + name, errno);
    return fd;
}

Result<std::string> SpoolFolder::read(std::uint64_t first) const {
    const std::string name = name_of(first);
    const std::string path = path_ + "/" + name;
    constexpr int kHow = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
    const Fd fd(::openat(folder_.get(), name.c_str(), kHow));
    if (!fd) return errno_error("cannot open " + path, errno);
    struct stat info{};
    if (::fstat(fd.get(), &info) != 0) return errno_error("cannot look at " + path, errno);
    if (!S_ISREG(info.st_mode) || !is_ours(info)) return Error(path + ": no file of ours");
    const auto size = static_cast<std::size_t>(info.st_size);
    if (size > kMostFile) return Error(path + ": larger than any spool file", EFBIG);
    std::string bytes(size, '\0');
    std::size_t filled = 0;
    while (filled < size) {
        const ssize_t count = ::read(fd.get(), bytes.data() + filled, size - filled);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return errno_error("cannot read " + path, errno);
        if (count == 0) break;
        filled += static_cast<std::size_t>(count);
    }
    bytes.resize(filled);
    return bytes;
}

Result<> SpoolFolder::rename(std::uint64_t from, std::uint64_t to) const {
    const int at = folder_.get();
    if (::renameat(at, name_of(from).c_str(), at, name_of(to).c_str()) != 0)
        return errno_error("cannot rename " + path_ + "/" + name_of(from), errno);
    return Ok{};
}

void SpoolFolder::remove(std::uint64_t first) const {
    if (::unlinkat(folder_.get(), name_of(first).c_str(), 0) != 0)
        log::warning("cannot remove {}/{}: {}", path_, name_of(first), std::strerror(errno));
}

void SpoolFolder::set_aside(std::uint64_t first) {
    const int at = folder_.get();
    if (::renameat(at, name_of(first).c_str(), at, name_of(first, kDamaged).c_str()) != 0)
        remove(first);
    count_aside();
}

void SpoolFolder::count_aside() {
    std::vector<File> aside;
    const Result<> listed = for_each_name(folder_.get(), path_, [&](const std::string& name) {
        const auto first = number_of(name, kDamaged);
        struct stat info{};
        if (first && ::fstatat(folder_.get(), name.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0)
            aside.push_back({*first, static_cast<std::uint64_t>(info.st_size)});
    });
    if (!listed) return;
    std::sort(aside.begin(), aside.end(),
              [](const File& a, const File& b) { return a.first > b.first; });
    aside_bytes_ = 0;
    for (std::size_t k = 0; k < aside.size(); ++k) {
        if (k < kMostAside) {
            aside_bytes_ += aside[k].bytes;
        } else {
            ::unlinkat(folder_.get(), name_of(aside[k].first, kDamaged).c_str(), 0);
        }
    }
}

std::optional<std::uint64_t> SpoolFolder::position() const {
    std::string bytes(64, '\0');
    const ssize_t count = ::pread(position_.get(), bytes.data(), bytes.size(), 0);
    if (count <= 0) return std::nullopt;
    FrameReader reader(std::string_view(bytes).substr(0, static_cast<std::size_t>(count)));
    const auto frame = reader.next();
    if (!frame) return std::nullopt;
    return frame->number;
}

Result<> SpoolFolder::set_position(std::uint64_t number) {
    std::string bytes;
    put_frame(bytes, number, "");
    const ssize_t count = ::pwrite(position_.get(), bytes.data(), bytes.size(), 0);
    if (count == static_cast<ssize_t>(bytes.size())) return Ok{};
    return errno_error("cannot write " + path_ + "/position", count < 0 ? errno : ENOSPC);
}

}  // namespace sensor::output
