// SPDX-License-Identifier: Apache-2.0
// Stream: a socket, with or without TLS, as one thing to read from and write to. Only for this
// folder's .cpp files.
#pragma once

#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <memory>
#include <utility>

#include "web/tls.hpp"

namespace sensor::web {

class Stream {
public:
    using Socket = boost::asio::ip::tcp::socket;

    /// tls: null for none
    Stream(Socket socket, Tls::Context tls) : socket_(std::move(socket)), context_(std::move(tls)) {
        if (context_) tls_ = std::make_unique<Secure>(socket_, *context_);
    }
    Stream(const Stream&) = delete;  // the TLS part refers to the socket beside it
    Stream& operator=(const Stream&) = delete;

    bool has_tls() const noexcept { return tls_ != nullptr; }
    Socket& socket() noexcept { return socket_; }

    template <typename Done>
    void handshake(Done done) {
        tls_->async_handshake(boost::asio::ssl::stream_base::server, std::move(done));
    }
    /// Says the end of TLS and waits for the client's.
    template <typename Done>
    void end_tls(Done done) {
        tls_->async_shutdown(std::move(done));
    }
    template <typename Done>
    void read_some(boost::asio::mutable_buffer into, Done done) {
        if (tls_)
            tls_->async_read_some(into, std::move(done));
        else
            socket_.async_read_some(into, std::move(done));
    }
    template <typename Done>
    void write(const std::array<boost::asio::const_buffer, 2>& from, Done done) {
        if (tls_)
            boost::asio::async_write(*tls_, from, std::move(done));
        else
            boost::asio::async_write(socket_, from, std::move(done));
    }

private:
    using Secure = boost::asio::ssl::stream<Socket&>;

    Socket socket_;
    Tls::Context context_;  // outlives the stream that was made of it
    std::unique_ptr<Secure> tls_;
};

}  // namespace sensor::web
