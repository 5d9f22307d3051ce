// SPDX-License-Identifier: Apache-2.0
#include "guard/own_file.hpp"

#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <filesystem>
#include <list>

#include "base/log.hpp"

namespace sensor::guard {
namespace {

namespace fs = std::filesystem;

constexpr int kMostLinks = 40;  // as the kernel follows
constexpr mode_t kOpen = S_IWGRP | S_IWOTH;

bool is_ours(uid_t owner) { return owner == 0 || owner == ::geteuid(); }

bool is_read_only(const std::string& path) {
    struct statvfs info{};
    return ::statvfs(path.c_str(), &info) == 0 && (info.f_flag & ST_RDONLY) != 0;
}

/// What is wrong with one part of the way.
/// last: what the whole path names
std::optional<std::string> check_part(const std::string& part, const struct stat& is, bool last) {
    const bool is_link = S_ISLNK(is.st_mode);
    const bool is_sticky_folder = S_ISDIR(is.st_mode) && (is.st_mode & S_ISVTX) != 0 && !last;
    // A link's mode says nothing: who may change it is up to its folder.
    const bool is_open = !is_link && !is_sticky_folder && (is.st_mode & kOpen) != 0;
    if ((is_ours(is.st_uid) && !is_open) || is_read_only(part)) return std::nullopt;
    const char* const kind = is_link ? "link" : S_ISDIR(is.st_mode) ? "folder" : "file";
    std::string remedy;
    if (!is_ours(is.st_uid))
        remedy = format("chown {}{} {}", is_link ? "-h " : "", ::geteuid(), part);
    if (is_open) remedy += format("{}chmod go-w {}", remedy.empty() ? "" : " && ", part);
    return format("the {} {} belongs to user {} and has mode {:04o}; {}", kind, part, is.st_uid,
                  is.st_mode & 07777U, remedy);
}

/// The parts of a path that have not been walked yet.
class Way {
public:
    explicit Way(const fs::path& path) { put_before(path); }

    std::optional<std::string> check() {
        fs::path at = "/";
        for (int links = 0; !left_.empty();) {
            const fs::path name = left_.front();
            left_.pop_front();
            if (name == "." || name.empty()) continue;
            if (name == "..") {
                at = at.parent_path();
                continue;
            }
            const fs::path next = at / name;
            struct stat is{};
            if (::lstat(next.c_str(), &is) != 0) return std::nullopt;
            if (auto wrong = check_part(next.string(), is, left_.empty())) return wrong;
            if (!S_ISLNK(is.st_mode)) {
                at = next;
                continue;
            }
            std::error_code none;
            const fs::path target = fs::read_symlink(next, none);
            if (none || ++links > kMostLinks) return std::nullopt;
            if (target.is_absolute()) at = "/";
            put_before(target);
        }
        return std::nullopt;
    }

private:
    void put_before(const fs::path& path) {
        const fs::path parts = path.relative_path();
        left_.insert(left_.begin(), parts.begin(), parts.end());
    }
    std::list<fs::path> left_;
};

}  // namespace

std::optional<std::string> check_file(const std::string& path) {
    std::error_code none;
    const fs::path whole = fs::absolute(path, none);
    // What /proc and /dev/fd lead to is ours already.
    if (none || path.starts_with("/dev/fd/") || path.starts_with("/proc/")) return std::nullopt;
    const std::optional<std::string> wrong = Way(whole).check();
    if (!wrong) return std::nullopt;
    return format("{} can be changed by others: {}", path, *wrong);
}

}  // namespace sensor::guard
