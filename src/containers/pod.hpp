// SPDX-License-Identifier: Apache-2.0
// Which labels of a container say what pod it is in. One table for every runtime and for captures.
#pragma once

#include <string_view>

#include "containers/record.hpp"

namespace sensor::containers {

struct PodLabel {
    const char* key;
    std::string ContainerRecord::* member;
};
inline constexpr PodLabel kPodLabels[] = {
    {"io.kubernetes.pod.name", &ContainerRecord::pod_name},
    {"io.kubernetes.pod.namespace", &ContainerRecord::pod_namespace},
    {"io.kubernetes.pod.uid", &ContainerRecord::pod_uid},
    {"io.kubernetes.sandbox.id", &ContainerRecord::pod_sandbox_id},
};

/// The value of a label, or an empty text.
inline std::string_view label_of(const Labels& labels, std::string_view key) noexcept {
    for (const auto& [name, value] : labels)
        if (name == key) return value;
    return {};
}

/// Fills what is not known of the pod yet.
inline void take_pod_from_labels(ContainerRecord& record) {
    for (const PodLabel& label : kPodLabels)
        if ((record.*label.member).empty())
            record.*label.member = label_of(record.labels, label.key);
}

}  // namespace sensor::containers
