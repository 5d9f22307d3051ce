// SPDX-License-Identifier: Apache-2.0
#include "state/users.hpp"

#include <sys/stat.h>

#include <array>
#include <charconv>
#include <fstream>
#include <optional>

namespace sensor::state {
namespace {

constexpr std::size_t kMaxColumns = 7;
using Columns = std::array<std::string_view, kMaxColumns>;

// "name:x:1:..." split at colons; missing columns are empty.
Columns split(std::string_view line) {
    Columns columns{};
    for (std::string_view& column : columns) {
        const std::size_t colon = line.find(':');
        column = line.substr(0, colon);
        if (colon == std::string_view::npos) break;
        line.remove_prefix(colon + 1);
    }
    return columns;
}

std::optional<std::uint32_t> number(std::string_view text) {
    std::uint32_t value = 0;
    const auto [end, err] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || err != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

// Lines of the network information service start with + or -.
bool is_entry(std::string_view line) {
    return !line.empty() && line[0] != '+' && line[0] != '-' && line[0] != '#';
}

}  // namespace

Users::Users(std::string host_root, bool live, std::size_t limit)
    : passwd_path_(host_root + "/etc/passwd"),
      group_path_(host_root + "/etc/group"),
      live_(live),
      limit_(limit) {
    if (!live_) return;
    passwd_stamp_ = stamp(passwd_path_);
    group_stamp_ = stamp(group_path_);
    load_users();
    load_groups();
}

const User* Users::user(std::uint32_t uid) const noexcept {
    if (const auto added = added_users_.find(uid); added != added_users_.end())
        return &added->second;
    const auto found = users_.find(uid);
    return found == users_.end() ? nullptr : &found->second;
}

const std::string* Users::group(std::uint32_t gid) const noexcept {
    if (const auto added = added_groups_.find(gid); added != added_groups_.end())
        return &added->second;
    const auto found = groups_.find(gid);
    return found == groups_.end() ? nullptr : &found->second;
}

Users::Stamp Users::stamp(const std::string& path) {
    struct stat info{};
    if (::stat(path.c_str(), &info) != 0) return {};
    return {static_cast<std::int64_t>(info.st_mtim.tv_sec) * 1'000'000'000 + info.st_mtim.tv_nsec,
            info.st_ino, static_cast<std::uint64_t>(info.st_size)};
}

void Users::check(std::uint64_t now_ns) {
    checked_ns_ = now_ns;
    if (!live_) return;
    if (const Stamp now = stamp(passwd_path_); now != passwd_stamp_) {
        passwd_stamp_ = now;
        load_users();
    }
    if (const Stamp now = stamp(group_path_); now != group_stamp_) {
        group_stamp_ = now;
        load_groups();
    }
}

void Users::load_users() {
    ++version_;
    users_.clear();
    users_[0] = User{0, "root", "/root", ""};
    std::ifstream file(passwd_path_);
    for (std::string line; std::getline(file, line);) {
        if (!is_entry(line)) continue;
        const Columns columns = split(line);  // name password uid gid comment home shell
        const auto uid = number(columns[2]);
        if (!uid) continue;
        User user;
        user.gid = number(columns[3]).value_or(0);
        user.name = columns[0];
        user.home = columns[5];
        user.shell = columns[6];
        // The first line of a number counts; user 0 is root even where the file says nothing.
        if (*uid == 0 && user.name == "root")
            users_.insert_or_assign(0, std::move(user));
        else
            users_.try_emplace(*uid, std::move(user));
    }
}

void Users::load_groups() {
    ++version_;
    groups_.clear();
    std::ifstream file(group_path_);
    for (std::string line; std::getline(file, line);) {
        if (!is_entry(line)) continue;
        const Columns columns = split(line);  // name password gid members
        if (const auto gid = number(columns[2])) groups_.try_emplace(*gid, columns[0]);
    }
    groups_[0] = "root";
}

void Users::add_user(std::uint32_t uid, User user) {
    if (added_users_.size() >= limit_ && !added_users_.contains(uid)) {
        ++dropped_;
        return;
    }
    ++version_;
    added_users_.insert_or_assign(uid, std::move(user));
}
void Users::add_group(std::uint32_t gid, std::string name) {
    if (added_groups_.size() >= limit_ && !added_groups_.contains(gid)) {
        ++dropped_;
        return;
    }
    ++version_;
    added_groups_.insert_or_assign(gid, std::move(name));
}
void Users::clear_added() {
    ++version_;
    added_users_.clear();
    added_groups_.clear();
}
void Users::remove_user(std::uint32_t uid) { version_ += added_users_.erase(uid); }
void Users::remove_group(std::uint32_t gid) { version_ += added_groups_.erase(gid); }

}  // namespace sensor::state
