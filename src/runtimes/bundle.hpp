// SPDX-License-Identifier: Apache-2.0
// Bundles: folders from which OCI runtimes start containers, with config.json in them. Found by the
// processes above a container's first one, and where runtimes have them. For LocalFacts.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "runtimes/proc_view.hpp"

namespace sensor::runtimes {

/// Paths in it are those of who started the container: only below `root` they mean what they say.
struct Bundle {
    std::string spec;    ///< content of config.json; empty: not found
    std::string root;    ///< of who started it, or the host's
    std::string folder;  ///< where it is, if who started the container was told; else empty
    std::string name;    ///< the container's, if who started it was told; else empty
    std::string events;  ///< file of podman's events, if who started it was told where; else empty
};

/// first: the container's first process; its parents lead to the bundle
Bundle find_bundle(const ProcView& proc, const std::string& host_root, std::string_view full_id,
                   std::uint32_t first);

}  // namespace sensor::runtimes
