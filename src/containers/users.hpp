// SPDX-License-Identifier: Apache-2.0
// ContainerUsers: the names of users and groups that a container's own files have.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sensor::containers {

struct UserEntry {
    std::uint32_t uid = 0, gid = 0;
    std::string name, home, shell;
    friend bool operator==(const UserEntry&, const UserEntry&) = default;
};
struct GroupEntry {
    std::uint32_t gid = 0;
    std::string name;
    friend bool operator==(const GroupEntry&, const GroupEntry&) = default;
};

struct ContainerUsers {
    std::string full_id;  ///< of the container
    std::vector<UserEntry> users;
    std::vector<GroupEntry> groups;
};

/// What is kept of a container.
inline constexpr std::size_t kMostUsers = 4096;

/// Lines of passwd and group; others are left out, and of a number the first counts.
std::vector<UserEntry> parse_users(std::string_view passwd);
std::vector<GroupEntry> parse_groups(std::string_view group);

}  // namespace sensor::containers
