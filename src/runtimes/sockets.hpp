// SPDX-License-Identifier: Apache-2.0
// Where container runtimes have their sockets: configured, or the usual places under the host's
// root, those of users (rootless) included, which come and go. Used by the watcher.
#pragma once

#include <string>
#include <vector>

#include "runtimes/watcher.hpp"

namespace sensor::runtimes {

enum class RuntimeKind : std::uint8_t { Docker, Podman, Cri, Containerd };
inline constexpr RuntimeKind kRuntimeKinds[] = {RuntimeKind::Docker, RuntimeKind::Podman,
                                                RuntimeKind::Cri, RuntimeKind::Containerd};

const RuntimeOptions& options_of(RuntimeKind kind, const WatcherOptions& options) noexcept;

/// Paths of sockets, there or not. Those of users only where they are. Empty if not enabled.
std::vector<std::string> socket_paths(RuntimeKind kind, const WatcherOptions& options);

}  // namespace sensor::runtimes
