// SPDX-License-Identifier: Apache-2.0
// Owner: on whose behalf a socket speaks, and whose a container is. A user may run a runtime of
// their own, or something that only says it is one: it is heard on that user's containers alone.
// Used by the watcher and its parts.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "runtimes/proc_view.hpp"

namespace sensor::runtimes {

/// A user id as the sensor sees it. Root's sockets are heard on all containers.
using Owner = std::uint32_t;
inline constexpr Owner kRoot = 0;

/// In whose folder below /run/user that is. out: none: in nobody's
std::optional<Owner> user_of_place(const std::string& host_root, std::string_view path);

/// Whose word it is what this socket says: the user's in whose folder below /run/user it is, else
/// its owner's or its folder's. The sensor's own user counts as root.
/// cost: some looks at the file system
Owner socket_owner(const std::string& host_root, const std::string& path);

/// Whose container it is: who has the control group by systemd's slices, else who started it.
/// cgroups: of a process in it, "name=path" each, with a NUL between; empty: /proc is looked at
/// pid:     a process in it; 0: not known
/// out:     none: neither tells
std::optional<Owner> container_owner(std::string_view full_id, std::string_view cgroups);
std::optional<Owner> container_owner(const ProcView& proc, std::string_view full_id,
                                     std::uint32_t pid);

}  // namespace sensor::runtimes
