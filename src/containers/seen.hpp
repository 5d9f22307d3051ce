// SPDX-License-Identifier: Apache-2.0
// Seen: a process that shows up in a container of which not all is known, for who is asked about
// that container. From the state to the watcher of runtimes.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace sensor::containers {

struct Seen {
    std::uint32_t pid = 0;          ///< as /proc of the sensor shows it, 0: not known
    std::string_view cgroups = {};  ///< "name=path" each, with a NUL between, as events have them
    /// The user, as the host counts, of the process outside of the container that made this one;
    /// none: not known.
    std::optional<std::uint32_t> starter = {};
};

}  // namespace sensor::containers
