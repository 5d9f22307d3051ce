// SPDX-License-Identifier: Apache-2.0
// FileStamp: has a file changed since it was read? Followed through symbolic links, as secrets of
// Kubernetes are swapped.
#pragma once

#include <sys/stat.h>

#include <chrono>
#include <string>
#include <tuple>

namespace sensor::web {

class FileStamp {
public:
    using Time = std::chrono::steady_clock::time_point;

    FileStamp() = default;
    /// Of the file as it is now.
    explicit FileStamp(const std::string& path) : seen_(look(path)) {}

    /// True once for every change; looks at most once a second. A file that is gone has not
    /// changed.
    bool changed(const std::string& path, Time now) {
        if (now < next_) return false;
        next_ = now + std::chrono::seconds(1);
        const Look present = look(path);
        if (present == Look{} || present == seen_) return false;
        seen_ = present;
        return true;
    }

private:
    using Look = std::tuple<dev_t, ino_t, off_t, time_t, long>;

    static Look look(const std::string& path) {
        struct stat info = {};
        if (::stat(path.c_str(), &info) != 0) return {};
        return {info.st_dev, info.st_ino, info.st_size, info.st_mtim.tv_sec, info.st_mtim.tv_nsec};
    }

    Look seen_{};
    Time next_{};
};

}  // namespace sensor::web
