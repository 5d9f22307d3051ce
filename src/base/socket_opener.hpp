// SPDX-License-Identifier: Apache-2.0
// SocketOpener: connects to sockets for who may not do so itself. Implemented by guard::Launcher,
// used by the watcher of container runtimes.
#pragma once

#include <string>

#include "base/fd.hpp"
#include "base/result.hpp"

namespace sensor {

class SocketOpener {
public:
    virtual ~SocketOpener() = default;
    /// A stream that is connected to the socket of that path. In any thread.  cost: some 50 us
    /// fails: nobody is there, the path is none it opens, or the opener is gone
    virtual Result<Fd> open_socket(const std::string& path) = 0;
};

}  // namespace sensor
