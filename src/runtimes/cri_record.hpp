// SPDX-License-Identifier: Apache-2.0
// CRI's messages (runtime.v1), as records: the numbers of the members that are wanted stand in the
// .cpp, one table for each message. Reads only; calls are made by CriRuntime.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "containers/record.hpp"

namespace sensor::runtimes {

/// Requests, as messages.
std::string cri_list_request(std::string_view id);    ///< empty id: all containers
std::string cri_status_request(std::string_view id);  ///< of a container or pod, verbose
std::string cri_stats_request(std::string_view id);

/// The name in the answer of Version, as container.type has it: containerd, cri-o, else cri.
std::string cri_type(std::string_view version_response);

struct CriListed {
    std::string id, pod_sandbox_id;
};
Result<std::vector<CriListed>> cri_listed(std::string_view list_response);

/// A pod, out of PodSandboxStatusResponse.
struct CriPod {
    std::string id, name, uid, space, ip, cni_json;
    containers::Labels labels;
    bool host_pid = false, host_network = false, host_ipc = false;
    std::int64_t created_s = 0;
};
Result<CriPod> cri_pod(std::string_view status_response);

/// A container, out of ContainerStatusResponse; without its pod.
/// sandbox: id of its pod as that answer has it, if it does
struct CriContainer {
    containers::ContainerRecord record;
    std::string sandbox_id;
};
Result<CriContainer> cri_container(std::string_view status_response, std::size_t label_max_len);

/// The record of a container with what its pod adds, or of the pod's own container.
void add_pod(containers::ContainerRecord& record, const CriPod& pod, std::size_t label_max_len);
containers::ContainerRecord pod_record(const CriPod& pod, std::size_t label_max_len);

/// Bytes of the writable layer, -1: not said.
std::int64_t cri_size(std::string_view stats_response);

/// A message of GetContainerEvents.
struct CriEvent {
    enum class Kind : std::uint8_t { Created, Started, Stopped, Deleted };
    Kind kind = Kind::Created;
    std::string id;
};
std::optional<CriEvent> cri_event(std::string_view message);

}  // namespace sensor::runtimes
