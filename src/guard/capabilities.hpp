// SPDX-License-Identifier: Apache-2.0
// Capabilities: gives away all that the sensor does not need, for good. Called once at the start,
// before there are threads: each thread has capabilities of its own.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"

namespace sensor::guard {

struct CapabilityNeeds {
    bool events = false;               ///< programs are loaded, processes of others are read
    bool files = false;                ///< files that are closed to this user are read
    bool module_types = false;         ///< libbpf may ask for a list that seccomp.cpp answers else
    bool low_port = false;             ///< a port below 1024 is listened on
    std::vector<std::string> written;  ///< files and folders that will be written
};

struct KeptCapabilities {
    std::vector<std::string> names;  ///< "bpf", "perfmon"
    /// What is kept for one path only: "dac_override is kept to write PATH, ...".
    std::vector<std::string> notes;
};

/// Of the capabilities this process has, keeps what the needs name; effective and permitted. None
/// stays inheritable or ambient, and none of the rest stays in the bounding set, where that may be
/// changed. All needs false: nothing is kept.
/// fails: the kernel refuses; some may be gone then
Result<KeptCapabilities> keep_capabilities(const CapabilityNeeds& needs);

}  // namespace sensor::guard
