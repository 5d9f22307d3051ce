// SPDX-License-Identifier: Apache-2.0
// podman's file of events: it writes there what a container is called, its image and its labels
// before it starts it. For LocalFacts: nobody has to be asked, who may be busy starting others.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

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

/// Where the machine's own podman was seen to write its events, for containers whose processes are
/// gone when somebody asks. Users' files are not among them: users say what they like there.
class PodmanFiles {
public:
    /// root, path: as above, of who started a container; ignored if it is another root's
    void learn(const std::string& host_root, const std::string& root, const std::string& path);
    /// As `created_by_podman`, from all of them. cost: reads them
    std::optional<containers::ContainerRecord> created(std::string_view full_id,
                                                       std::size_t label_max_len) const;

private:
    std::vector<std::pair<std::string, std::string>> files_;  ///< root and path below it
};

}  // namespace sensor::runtimes
