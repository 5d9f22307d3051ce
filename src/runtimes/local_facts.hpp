// SPDX-License-Identifier: Apache-2.0
// LocalFacts: what can be known of a container without asking its runtime: from the bundle it was
// started from (config.json), found by who started it, and from what /proc says of its first
// process. Quick, and there when every daemon is dead. Called by the watcher, in its thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "containers/record.hpp"
#include "runtimes/podman_events.hpp"

namespace sensor::runtimes {

/// host_root: before /proc and every other path of the host
/// pid:       a process of the container, as that /proc shows it
/// files:     gets where podman writes its events, if that is learnt here
/// out:       Known::Local, or Known::Named where its names are on disk for good; nothing, if the
///            process is gone or tells nothing yet
/// cost:      some tens of small files
std::optional<containers::ContainerRecord> local_facts(const std::string& host_root,
                                                       std::string_view full_id,
                                                       std::string_view type, std::uint32_t pid,
                                                       std::size_t label_max_len,
                                                       PodmanFiles* files = nullptr);

}  // namespace sensor::runtimes
