// SPDX-License-Identifier: Apache-2.0
// The container a process is in, by the paths of its control groups: known at once, without asking
// a container engine. One table of the paths that engines make.
#pragma once

#include <string_view>

#include "containers/short_id.hpp"

namespace sensor::state {

struct ContainerId {
    std::string_view full_id;  ///< part of the paths; empty: the host
    std::string_view type;     ///< "docker", "podman", ...: who makes such paths

    /// As container.id prints it.
    std::string_view short_id() const noexcept { return containers::short_id(full_id); }
};

/// cgroups: block of NUL terminated name=path, of v1, v2 or both
/// cost:    some searches in each path; no allocation
ContainerId container_of_cgroups(std::string_view cgroups) noexcept;

}  // namespace sensor::state
