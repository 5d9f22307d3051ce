// SPDX-License-Identifier: Apache-2.0
// Limits of the web server: how much of memory and time its clients can take.
#pragma once

#include <chrono>
#include <cstddef>

namespace sensor::web {

struct Limits {
    std::size_t head_bytes = 8192;           ///< request line and headers
    std::size_t body_bytes = 4096;           ///< no request here needs more
    std::size_t connections = 128;           ///< in all
    std::size_t tls_connections = 64;        ///< the same with TLS: each takes up to 150 KB
    std::size_t waiting = 32;                ///< requests of one route without their answers
    std::size_t unsent_bytes = 8'000'000;    ///< of answers that clients do not read
    unsigned requests_of_connection = 1000;  ///< then it is closed
    /// From the first byte of a request to its last, and from a connection to its first request.
    std::chrono::milliseconds request{5000};
    /// For so long a handshake, request or end over TLS need not give way, since each takes several
    /// turns. Under a flood of clients that never end theirs, tls_connections / tls_grace are let
    /// in a second; the others wait in the kernel's queue.
    std::chrono::milliseconds tls_grace{100};
    std::chrono::milliseconds idle{75'000};     ///< between requests
    std::chrono::milliseconds handler{2000};    ///< until 503
    std::chrono::milliseconds sending{10'000};  ///< of a whole answer
    std::chrono::milliseconds closing{1000};    ///< until the client has seen the end
};

}  // namespace sensor::web
