// SPDX-License-Identifier: Apache-2.0
// podman's file of events: it writes there what a container is called, its image and its labels
// before it starts it. For LocalFacts: nobody has to be asked, who may be busy starting others.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "containers/record.hpp"

namespace sensor::runtimes {

/// What podman wrote when it created this container.
/// root, path: the file, as seen from that root; one that is none is no error
/// out:  name, image and labels, Known::Named; nothing: it is not in the last megabytes
/// cost: reads them
std::optional<containers::ContainerRecord> created_by_podman(const std::string& root,
                                                             const std::string& path,
                                                             std::string_view full_id,
                                                             std::size_t label_max_len);

}  // namespace sensor::runtimes
