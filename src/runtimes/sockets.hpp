// SPDX-License-Identifier: Apache-2.0
// Where container runtimes have their sockets: configured, or the usual places under the host's
// root, those of users (rootless) included, which come and go; and the way to them. Used by the
// watcher, and by the launcher for a sensor that gave its rights up.
#pragma once

#include <string>
#include <vector>

#include "base/fd.hpp"
#include "base/result.hpp"
#include "runtimes/watcher.hpp"

namespace sensor::runtimes {

enum class RuntimeKind : std::uint8_t { Docker, Podman, Cri, Containerd };
inline constexpr RuntimeKind kRuntimeKinds[] = {RuntimeKind::Docker, RuntimeKind::Podman,
                                                RuntimeKind::Cri, RuntimeKind::Containerd};

const RuntimeOptions& options_of(RuntimeKind kind, const WatcherOptions& options) noexcept;

/// Paths of sockets, there or not. Those of users only where they are. Empty if not enabled.
std::vector<std::string> socket_paths(RuntimeKind kind, const WatcherOptions& options);

/// Is it one that these options ask, or may ask when it is there?
bool is_socket_of(const std::string& path, const WatcherOptions& options);

/// A stream connected to it, not blocking. What is in a user's folder may be a link to anywhere, so
/// there only that user is spoken to.  cost: some 20 us
/// fails: nobody is there, somebody else is, or it may not be opened (EACCES)
Result<Fd> connect_to(const std::string& path, const std::string& host_root);

}  // namespace sensor::runtimes
