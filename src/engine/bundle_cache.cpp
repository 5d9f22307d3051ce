// SPDX-License-Identifier: Apache-2.0
#include "engine/bundle_cache.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

namespace sensor::engine {
namespace {

bool is_ours(const struct stat& info) { return info.st_uid == 0 || info.st_uid == ::geteuid(); }

std::string file_name(const std::string& key) { return key + ".bundle"; }
std::string temporary_name(const std::string& key) {
    return key + "." + std::to_string(::getpid()) + ".new";
}

}  // namespace

Result<BundleCache> BundleCache::open(const std::string& folder) {
    if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST)
        return errno_error("cache folder " + folder, errno);
    Fd fd(::open(folder.c_str(), O_DIRECTORY | O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
    if (!fd) return errno_error("cache folder " + folder, errno);
    struct stat info{};
    if (::fstat(fd.get(), &info) != 0) return errno_error("cache folder " + folder, errno);
    if (!is_ours(info)) return Error("cache folder " + folder + " belongs to another user");
    if ((info.st_mode & 0777) != 0700)
        return Error("cache folder " + folder + " must have mode 0700");
    return BundleCache(std::move(fd));
}

Fd BundleCache::find(const std::string& key) const {
    Fd fd(::openat(folder_.get(), file_name(key).c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
    struct stat info{};
    if (!fd || ::fstat(fd.get(), &info) != 0) return {};
    if (!S_ISREG(info.st_mode) || !is_ours(info) || (info.st_mode & 022) != 0) return {};
    return fd;
}

Result<Fd> BundleCache::make_file(const std::string& key) const {
    discard(key);
    const int flags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    Fd fd(::openat(folder_.get(), temporary_name(key).c_str(), flags, 0600));
    if (!fd) return errno_error("making a file in the cache folder", errno);
    return fd;
}

Result<> BundleCache::keep(const std::string& key) const {
    const std::string from = temporary_name(key);
    if (::renameat(folder_.get(), from.c_str(), folder_.get(), file_name(key).c_str()) != 0) {
        return errno_error("naming a file in the cache folder", errno);
    }
    return Ok{};
}

void BundleCache::discard(const std::string& key) const {
    ::unlinkat(folder_.get(), temporary_name(key).c_str(), 0);
}

}  // namespace sensor::engine
