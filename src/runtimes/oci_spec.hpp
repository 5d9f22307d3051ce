// SPDX-License-Identifier: Apache-2.0
// The OCI runtime specification of a container, config.json of its bundle: what it may do and sees
// of the host, and what its annotations tell of its pod. Read from files (local_facts) and out of
// containerd's answers.
#pragma once

#include <string_view>

#include "base/result.hpp"
#include "containers/record.hpp"

namespace sensor::runtimes {

/// Fills flags, mounts, environment, limits, user, and of the pod and the image what annotations
/// say and the record lacks.
/// fails: if the text is no specification
Result<> read_oci_spec(std::string_view json, containers::ContainerRecord& record);

}  // namespace sensor::runtimes
