// SPDX-License-Identifier: Apache-2.0
// ContainerRecord: what a container runtime, a bundle or a capture says of a container, as plain
// values. Made by runtimes/, kept by state/, read by fields/.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace sensor::containers {

/// One mount of a container.
struct Mount {
    std::string source, dest, mode, propagation;
    bool rdwr = true;
    friend bool operator==(const Mount&, const Mount&) = default;
};

struct PortMapping {
    std::uint32_t host_ip = 0;  ///< host byte order
    std::uint16_t host_port = 0, container_port = 0;
    friend bool operator==(const PortMapping&, const PortMapping&) = default;
};

using Labels = std::vector<std::pair<std::string, std::string>>;

/// How much is known. Later ones replace earlier ones, never the other way round.
enum class Known : std::uint8_t {
    Id,       ///< the control group's path: id and type
    Local,    ///< what the kernel says of its first process: flags, mounts
    Named,    ///< that, and for good: name, image by name, labels
    Complete  ///< what its runtime says
};

struct ContainerRecord {
    std::string id;       ///< as container.id prints it (12 characters)
    std::string full_id;  ///< names it
    std::string type;     ///< docker, podman, cri-o, ... as container.type prints it
    Known known = Known::Id;
    std::string name, image, image_id, image_repository, image_tag, image_digest;
    std::string ip, user, cni_json;
    bool privileged = false, host_pid = false, host_network = false, host_ipc = false;
    bool is_pod_sandbox = false;
    std::vector<Mount> mounts;
    std::vector<PortMapping> ports;
    std::vector<std::string> env;
    Labels labels;  ///< of the container, those of io.kubernetes.* too
    std::string pod_name, pod_namespace, pod_uid, pod_sandbox_id, pod_ip, pod_cni_json;
    Labels pod_labels;
    std::int64_t created_s = 0;  ///< since the epoch, 0: unknown
    std::int64_t size = -1;      ///< bytes, -1: not asked for
    std::int64_t memory_limit = 0, swap_limit = 0, cpu_shares = 1024, cpu_quota = 0;
    std::int64_t cpu_period = 100000, cpuset_cpu_count = 0;
    friend bool operator==(const ContainerRecord&, const ContainerRecord&) = default;
};

}  // namespace sensor::containers
