// SPDX-License-Identifier: Apache-2.0
// What /proc says of a process, under the host's root: parent, name, arguments, capabilities,
// namespaces, mounts. For LocalFacts. Everything is bounded; a process may be gone at any time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "containers/record.hpp"

namespace sensor::runtimes {

class ProcView {
public:
    explicit ProcView(std::string_view host_root) : root_(std::string(host_root) + "/proc/") {}

    struct Status {
        std::string name;
        std::uint32_t parent = 0;
        std::uint64_t effective = 0;  ///< capabilities
        bool seccomp = false;
        std::uint32_t uid = 0;
    };
    std::optional<Status> status(std::uint32_t pid) const;
    std::vector<std::string> arguments(std::uint32_t pid) const;
    /// Are the namespaces ("pid", "net", ...) of both the same? out: none, if not visible
    std::optional<bool> same_space(std::uint32_t pid, std::uint32_t other, const char* kind) const;
    /// Is the process in a control group whose path has this id?
    bool in_container(std::uint32_t pid, std::string_view full_id) const;
    /// Its control groups, "number:names:path" a line.
    std::string cgroups(std::uint32_t pid) const;
    /// The process from which all others of the container come: the last one upwards from `pid`
    /// that is in it.
    std::uint32_t first_in(std::string_view full_id, std::uint32_t pid) const;
    /// What of the host's file systems is bound into the process's: source paths are those within
    /// their file system, "/" for its whole.
    std::vector<containers::Mount> bound_mounts(std::uint32_t pid) const;
    /// A path of that process's own view.
    std::string path_of(std::uint32_t pid, std::string_view rest) const;

private:
    const std::string root_;
};

/// Capabilities of a process that has them all.
bool has_all_capabilities(std::uint64_t effective) noexcept;

}  // namespace sensor::runtimes
