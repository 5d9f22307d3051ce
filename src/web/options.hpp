// SPDX-License-Identifier: Apache-2.0
// WebOptions: what the configuration says of the web server.
#pragma once

#include <cstdint>
#include <string>

namespace sensor::web {

struct WebOptions {
    std::string address = "127.0.0.1";     ///< IPv4 or IPv6 literal
    std::uint16_t port = 8765;             ///< 0: any free one
    std::uint32_t threads = 0;             ///< 0: one; the server never waits for a client
    std::string certificate;               ///< PEM with certificate and key; empty: no TLS
    std::uint32_t canary_s = 60;           ///< seconds between synthetic detections
    std::string health_path = "/healthz";  ///< webserver.k8s_healthz_endpoint
    /// File with the secret that a request must bring ("Authorization: Bearer ..."); empty: none is
    /// asked for, and what changes something is refused.
    std::string token_file;
    friend bool operator==(const WebOptions&, const WebOptions&) = default;
};

}  // namespace sensor::web
