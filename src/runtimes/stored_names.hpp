// SPDX-License-Identifier: Apache-2.0
// Names, images and labels as runtimes have them on disk, for when nobody answers: docker's files
// of the container, podman's list of containers and its events. For LocalFacts.
#pragma once

#include <string>

#include "containers/record.hpp"
#include "runtimes/bundle.hpp"

namespace sensor::runtimes {

/// Fills what the record lacks. It has its mounts already: they lead to docker's files. If podman
/// wrote down all that names it, it is Known::Named then.
void add_stored_names(const std::string& host_root, const Bundle& bundle, std::size_t label_max_len,
                      containers::ContainerRecord& record);
/// Takes name, image and labels from a sketch: all, if it is Known::Named, else what is missing.
void take_names(const containers::ContainerRecord& sketch, containers::ContainerRecord& record);

}  // namespace sensor::runtimes
