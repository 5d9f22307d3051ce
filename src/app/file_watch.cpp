// SPDX-License-Identifier: Apache-2.0
#include "app/file_watch.hpp"

#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <utility>

#include "base/log.hpp"

namespace sensor::app {
namespace {

namespace fs = std::filesystem;

constexpr std::uint32_t kTouched = IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO |
                                   IN_CLOSE_WRITE | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF;
constexpr int kMostLinks = 40;  // as the kernel follows

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
    for (const auto& entry : fs::directory_iterator(path, none))
        entries.push_back(identity(entry.path().string()));
    std::sort(entries.begin(), entries.end());
    std::string all = "folder\n";
    for (const std::string& entry : entries) all += entry;
    return all;
}

}  // namespace

Result<FileWatch> FileWatch::create() {
    Fd inotify(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
    if (!inotify) return errno_error("cannot watch files", errno);
    return FileWatch(std::move(inotify));
}

void FileWatch::watch(const std::vector<std::string>& paths) {
    std::map<std::string, std::string> last;
    for (const std::string& path : paths) {
        const auto known = last_.find(path);
        last[path] = known == last_.end() ? state_of(path) : known->second;
    }
    last_ = std::move(last);
    arm();
}

void FileWatch::arm() {
    wanted_.clear();
    for (const auto& [path, was] : last_) {
        std::error_code none;
        const std::string whole = fs::absolute(path, none).lexically_normal().string();
        want_chain(whole, 0);
        if (!fs::is_directory(whole, none)) continue;
        wanted_[whole].all = true;
        for (const auto& entry : fs::directory_iterator(whole, none)) {
            if (entry.is_symlink(none)) want_chain(entry.path().string(), 0);
        }
    }
    for (const auto& [watch, folder] : folders_) {
        if (!wanted_.contains(folder)) ::inotify_rm_watch(inotify_.get(), watch);
    }
    folders_.clear();
    for (const auto& [folder, names] : wanted_) {
        const int watch =
            ::inotify_add_watch(inotify_.get(), folder.c_str(), kTouched | IN_ONLYDIR);
        if (watch >= 0) {
            folders_[watch] = folder;
        } else if (errno != ENOENT && errno != ENOTDIR) {
            log::warning("{}",
                         errno_error("changes in " + folder + " are not noticed", errno).text);
        }
    }
}

// Every folder on the way is watched for the next name: any of them can be replaced.
void FileWatch::want_chain(const std::string& path, int depth) {
    if (depth > kMostLinks) return;
    fs::path at = "/";
    for (const fs::path& part : fs::path(path).relative_path()) {
        wanted_[at.string()].names.insert(part.string());
        at /= part;
        std::error_code none;
        const fs::path target = fs::read_symlink(at, none);
        if (none) continue;
        const fs::path whole = target.is_absolute() ? target : at.parent_path() / target;
        want_chain(whole.lexically_normal().string(), depth + 1);
        at = fs::canonical(at, none);
        if (none) return;  // a link to nothing: what it needs is watched for
    }
}

bool FileWatch::drain() {
    alignas(inotify_event) char buffer[16384];
    bool ours = false;
    for (ssize_t n = 0; (n = ::read(inotify_.get(), buffer, sizeof buffer)) > 0;) {
        for (ssize_t at = 0; at < n;) {
            const auto* const event = reinterpret_cast<const inotify_event*>(buffer + at);
            at += static_cast<ssize_t>(sizeof(inotify_event) + event->len);
            if ((event->mask & (IN_Q_OVERFLOW | IN_DELETE_SELF | IN_MOVE_SELF)) != 0) ours = true;
            const auto folder = folders_.find(event->wd);
            if (folder == folders_.end()) continue;
            const Folder& wanted = wanted_[folder->second];
            ours = ours || wanted.all || (event->len != 0 && wanted.names.contains(event->name));
        }
    }
    return ours;
}

bool FileWatch::changed() {
    arm();  // first: what happens after it is looked at is noticed
    bool differs = false;
    for (auto& [path, was] : last_) {
        std::string now = state_of(path);
        differs = differs || now != was;
        was = std::move(now);
    }
    return differs;
}

}  // namespace sensor::app
