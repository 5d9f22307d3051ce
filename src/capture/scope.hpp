// SPDX-License-Identifier: Apache-2.0
// What a --scope cgroup=PATH or container means to the kernel. Called when the probe is opened.
#pragma once

#include "capture/kernel.hpp"

namespace sensor::capture {

struct CgroupKey {
    std::uint64_t id = 0;         ///< of the group, in its hierarchy
    std::uint32_t hierarchy = 0;  ///< 0: v2, else the number of a v1 hierarchy
};

/// Finds a control group by its folder.
/// in:    a folder of a mounted hierarchy, or a path below the root of the v2 one ("/system.slice")
/// fails: not there, not a control group, or a v1 hierarchy without a controller
Result<CgroupKey> find_cgroup(const std::string& path);

/// The mount namespace of process 1, as this process sees it: no container has it.
/// fails: it may not be looked at
Result<std::uint32_t> first_mount_namespace();

}  // namespace sensor::capture
