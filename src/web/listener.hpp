// SPDX-License-Identifier: Apache-2.0
// The listening socket, and taking connections from it; both closed in programs that are started.
#pragma once

#include <cstdint>
#include <string>

#include "base/fd.hpp"
#include "base/result.hpp"
#include "web/options.hpp"

namespace sensor::web {

struct Listener {
    Fd fd;
    std::uint16_t port = 0;
    bool is_v6 = false;
};

/// Listens on the address and port of the options. Connections are shown once they have sent
/// something, so that silent ones cost nothing here.
/// fails: the address is no IPv4 or IPv6 literal, it is not ours, the port is taken or not allowed
Result<Listener> listen_on(const WebOptions& options);

/// A connection of the queue, not blocking; none (-1, errno says why) if there is none.
Fd accept_from(int listening);

}  // namespace sensor::web
