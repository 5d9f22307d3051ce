// SPDX-License-Identifier: Apache-2.0
// Server: HTTP and HTTPS on one thread that never waits for a client. Whoever is slow, huge or
// malformed is cut by limits; when there are too many, the address with most connections gives way,
// and of these who has done nothing for longest, so that a whole request is always answered.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "web/http.hpp"
#include "web/limits.hpp"
#include "web/options.hpp"

namespace sensor::web {

struct ServerStats {
    std::vector<std::pair<unsigned, std::uint64_t>> requests;  ///< answers by status
    std::uint64_t open = 0;                                    ///< connections at present
    /// Connections that the server ended itself, by reason (constants).
    std::vector<std::pair<std::string_view, std::uint64_t>> refused;
};

class Server {
public:
    /// Listens and starts the thread ("web"), which takes no signals.
    /// fails: the address is no literal, the port is taken, the certificate or the token is not
    /// usable; the text says which
    static Result<Server> start(const WebOptions& options, std::vector<Route> routes,
                                const Limits& limits = {});
    /// Stops; see below.
    ~Server();
    Server(Server&&) noexcept;
    Server& operator=(Server&&) noexcept;

    /// Closes all connections and ends the thread: a few milliseconds, and as long as a function of
    /// Reply::send_made runs. Replies given later go nowhere. Safe to call twice.
    void stop();
    /// The port it listens on, also where 0 was asked for.
    std::uint16_t port() const noexcept;
    /// From any thread.
    ServerStats stats() const;

private:
    struct Impl;
    explicit Server(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace sensor::web
