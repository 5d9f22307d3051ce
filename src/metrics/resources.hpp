// SPDX-License-Identifier: Apache-2.0
// Memory, processor time and files of this process and its host, from /proc and the control group;
// the facts of the host that do not change; its network interfaces.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "metrics/snapshot.hpp"

namespace sensor::metrics {

struct ResourceOptions {
    std::string host_root;            ///< HOST_ROOT; before /proc and /sys of the host
    std::string self = "/proc/self";  ///< this process
    std::string container_memory;     ///< FALCO_CGROUP_MEM_PATH; empty: where it usually is
};

/// The options of an environment. fails: FALCO_CGROUP_MEM_PATH is empty or holds ".."
Result<ResourceOptions> resource_options(const std::string& host_root, const char* cgroup_mem_path);

/// What cannot be read has no value. cost: 8 small files, smaps_rollup walks our mappings (0.2 ms);
/// not for the event thread
Resources read_resources(const ResourceOptions& options);

/// Release of the kernel, start of the host in ns since the epoch, number of processors; what
/// cannot be read stays empty. Version, names, files and times of the sensor are the caller's.
void read_host(const ResourceOptions& options, HostFacts& host);

/// All but the loopback, sorted by name; addresses as the system lists them.
/// fails: the kernel refuses to list them
Result<std::vector<Interface>> read_interfaces();

}  // namespace sensor::metrics
