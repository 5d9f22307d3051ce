// SPDX-License-Identifier: Apache-2.0
#include "app/file_watch.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "base/log.hpp"

namespace sensor::app {
namespace {

namespace fs = std::filesystem;

/// What tells one content from another without reading it.
std::string identity(const std::string& path) {
    struct stat is{};
    if (::stat(path.c_str(), &is) != 0) return path + " -\n";
    return format("{} {}:{} {} {}.{} {}.{}\n", path, is.st_dev, is.st_ino, is.st_size,
                  is.st_mtim.tv_sec, is.st_mtim.tv_nsec, is.st_ctim.tv_sec, is.st_ctim.tv_nsec);
}

/// Of a folder, all that is directly in it.
std::string state_of(const std::string& path) {
    std::error_code none;
    if (!fs::is_directory(path, none)) return identity(path);
    std::vector<std::string> entries;
    for (fs::directory_iterator at(path, none), end; !none && at != end; at.increment(none))
        entries.push_back(identity(at->path().string()));
    std::sort(entries.begin(), entries.end());
    std::string all = "folder\n";
    for (const std::string& entry : entries) all += entry;
    return all;
}

}  // namespace

void FileWatch::watch(const std::vector<std::string>& paths) {
    std::map<std::string, std::string> last;
    for (const std::string& path : paths) {
        const auto known = last_.find(path);
        last[path] = known == last_.end() ? state_of(path) : known->second;
    }
    last_ = std::move(last);
}

bool FileWatch::changed() {
    bool differs = false;
    for (auto& [path, was] : last_) {
        std::string now = state_of(path);
        differs = differs || now != was;
        was = std::move(now);
    }
    return differs;
}

}  // namespace sensor::app
