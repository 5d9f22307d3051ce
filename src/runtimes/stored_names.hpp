// SPDX-License-Identifier: Apache-2.0
// Names, images and labels as runtimes have them on disk, for when nobody answers: docker's files
// of the container, podman's list of containers. For LocalFacts.
#pragma once

#include <string>

#include "containers/record.hpp"
#include "runtimes/bundle.hpp"

namespace sensor::runtimes {

/// Fills what the record lacks. It has its mounts already: they lead to docker's files.
void add_stored_names(const std::string& host_root, const Bundle& bundle,
                      containers::ContainerRecord& record);

}  // namespace sensor::runtimes
