// SPDX-License-Identifier: Apache-2.0
// Users and groups of the host by number, from <host_root>/etc/passwd and /etc/group. Read whole,
// read again when the files change; looking up is a hash lookup.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

namespace sensor::state {

struct User {
    std::uint32_t gid = 0;
    std::string name, home, shell;
};

class Users {
public:
    /// live: false keeps only what add_* gives (captures).
    /// limit: of users, and of groups, that add_* keeps.
    Users(std::string host_root, bool live, std::size_t limit = 65536);

    const User* user(std::uint32_t uid) const noexcept;
    const std::string* group(std::uint32_t gid) const noexcept;

    /// Reads the files again if they changed; looks at most once in kCheckEveryNs of event time.
    /// cost: one comparison most of the time
    void refresh(std::uint64_t now_ns) {
        if (now_ns >= checked_ns_ + kCheckEveryNs) check(now_ns);
    }
    /// Announced by events, or given by captures and tests; they outlive a refresh. Beyond the
    /// limit new ones are counted and left out.
    void add_user(std::uint32_t uid, User user);
    void add_group(std::uint32_t gid, std::string name);
    void remove_user(std::uint32_t uid);
    void remove_group(std::uint32_t gid);
    std::uint64_t dropped() const noexcept { return dropped_; }
    /// Calls visit(uid, const User&) for every user, in no order; the same for groups.
    template <typename F>
    void for_each_user(F&& visit) const {
        for (const auto& [uid, user] : added_users_) visit(uid, user);
        for (const auto& [uid, user] : users_) {
            if (!added_users_.contains(uid)) visit(uid, user);
        }
    }
    template <typename F>
    void for_each_group(F&& visit) const {
        for (const auto& [gid, name] : added_groups_) visit(gid, name);
        for (const auto& [gid, name] : groups_) {
            if (!added_groups_.contains(gid)) visit(gid, name);
        }
    }
    /// Grows with every change.
    std::uint64_t version() const noexcept { return version_; }
    /// Forgets what add_* gave.
    void clear_added();

private:
    static constexpr std::uint64_t kCheckEveryNs = 5'000'000'000;
    struct Stamp {
        std::int64_t mtime_ns = -1;
        std::uint64_t ino = 0, size = 0;
        friend bool operator==(const Stamp&, const Stamp&) = default;
    };

    void check(std::uint64_t now_ns);
    void load_users();
    void load_groups();
    static Stamp stamp(const std::string& path);

    std::string passwd_path_, group_path_;
    bool live_;
    std::size_t limit_;
    std::uint64_t dropped_ = 0;
    std::uint64_t version_ = 1;
    std::uint64_t checked_ns_ = 0;
    Stamp passwd_stamp_, group_stamp_;
    std::unordered_map<std::uint32_t, User> users_, added_users_;
    std::unordered_map<std::uint32_t, std::string> groups_, added_groups_;
};

}  // namespace sensor::state
