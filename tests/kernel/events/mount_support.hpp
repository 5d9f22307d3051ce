// SPDX-License-Identifier: Apache-2.0
// Mounts that nobody else sees.
#pragma once

#include <sched.h>
#include <sys/mount.h>

#include "case_support.hpp"

namespace kernel_test {

/// From here on this process has mounts of its own.
inline bool own_mounts() {
    return ::unshare(CLONE_NEWNS) == 0 &&
           ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
}

/// A small file system on the folder, in mounts of this process's own.
inline bool mount_on(const Folder& folder) {
    return own_mounts() && ::mount("none", folder.path().c_str(), "tmpfs", 0, "size=64k") == 0;
}

}  // namespace kernel_test
