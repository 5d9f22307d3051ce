// SPDX-License-Identifier: Apache-2.0
#include "runtimes/owner.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <climits>
#include <cstdlib>

namespace sensor::runtimes {
namespace {

constexpr Owner kNobody = ~Owner{0};  // speaks for no container

/// The number a text begins with, if `end` or nothing is behind it.
std::optional<Owner> number_before(std::string_view text, std::string_view end) {
    Owner value = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    if (read.ec != std::errc()) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(read.ptr - text.data()));
    if (!text.starts_with(end)) return std::nullopt;
    return value;
}

bool is_trusted(Owner owner) noexcept { return owner == kRoot || owner == ::geteuid(); }

/// Who may put something else there: the owner of what is named, and of what a link leads to.
Owner owner_of_file(const std::string& path) {
    for (const auto look : {&::lstat, &::stat}) {
        struct stat info{};
        if (look(path.c_str(), &info) != 0) return kNobody;
        if (!is_trusted(info.st_uid)) return info.st_uid;
    }
    return kRoot;
}

/// By the slice that systemd gives each user. Only at the path's beginning: below, somebody else
/// may have made a group of that name.
std::optional<Owner> owner_of_path(std::string_view path) {
    constexpr std::string_view kUp = "/..", kSlice = "/user.slice/user-", kEnd = ".slice/";
    while (path.starts_with(kUp)) path.remove_prefix(kUp.size());  // of the sensor's own group
    if (!path.starts_with(kSlice)) return std::nullopt;
    return number_before(path.substr(kSlice.size()), kEnd);
}

std::optional<Owner> owner_by_groups(std::string_view text, std::string_view full_id,
                                     char between) {
    while (!text.empty()) {
        const std::string_view item = text.substr(0, text.find(between));
        text.remove_prefix(std::min(text.size(), item.size() + 1));
        const std::size_t at = item.find('/');
        if (at == std::string_view::npos || item.find(full_id) == std::string_view::npos) continue;
        if (const auto owner = owner_of_path(item.substr(at))) return owner;
    }
    return std::nullopt;
}

Owner owner_of_place(const std::string& host_root, const std::string& path) {
    if (const auto user = user_of_place(host_root, path)) return is_trusted(*user) ? kRoot : *user;
    const std::size_t slash = path.rfind('/');
    const Owner folder = owner_of_file(slash == 0 ? "/" : path.substr(0, slash));
    return folder != kRoot ? folder : owner_of_file(path);
}

}  // namespace

std::optional<Owner> user_of_place(const std::string& host_root, std::string_view path) {
    for (const char* folder : {"/run/user/", "/var/run/user/"}) {
        const std::string of_users = host_root + folder;
        if (!path.starts_with(of_users)) continue;
        if (const auto user = number_before(path.substr(of_users.size()), "/")) return user;
    }
    return std::nullopt;
}

Owner socket_owner(const std::string& host_root, const std::string& path) {
    const Owner named = owner_of_place(host_root, path);
    char real[PATH_MAX];
    if (named != kRoot || ::realpath(path.c_str(), real) == nullptr || path == real) return named;
    return owner_of_place(host_root, real);
}

std::optional<Owner> container_owner(std::string_view full_id, std::string_view cgroups) {
    return owner_by_groups(cgroups, full_id, '\0');
}

std::optional<Owner> container_owner(const ProcView& proc, std::string_view full_id,
                                     std::uint32_t pid) {
    if (pid == 0 || !proc.in_container(pid, full_id)) return std::nullopt;
    if (const auto owner = owner_by_groups(proc.cgroups(pid), full_id, '\n')) return owner;
    // Who started it is outside: in the container any number may stand for a user.
    const auto first = proc.status(proc.first_in(full_id, pid));
    if (!first || first->parent <= 1) return std::nullopt;
    const auto starter = proc.status(first->parent);
    return starter ? std::optional(starter->uid) : std::nullopt;
}

}  // namespace sensor::runtimes
