// SPDX-License-Identifier: Apache-2.0
// Tls: the server's certificate and key from one PEM file, read again when the file changes. Only
// for this folder's .cpp files.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <chrono>
#include <memory>
#include <string>

#include "base/result.hpp"
#include "web/file_stamp.hpp"

namespace sensor::web {

class Tls {
public:
    using Context = std::shared_ptr<boost::asio::ssl::context>;

    /// TLS 1.2 and newer, forward secrecy and authenticated encryption only; no tickets, no
    /// renegotiation. fails: the file cannot be read, lacks certificate or key, the key is
    /// protected by a password or belongs to another certificate
    static Result<Tls> from_file(const std::string& path);

    /// The context for a new connection. While a changed file is refused the old certificate stays,
    /// and the log says so. cost: stat of a file, once a second at most
    Context context(std::chrono::steady_clock::time_point now);

private:
    static Result<Context> load(const std::string& path);

    std::string path_;
    FileStamp stamp_;
    Context context_;
};

}  // namespace sensor::web
