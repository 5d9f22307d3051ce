// SPDX-License-Identifier: Apache-2.0
// Connection: one client, request after request, each phase with a deadline. Lives on the server's
// thread; the pending operations of its socket keep it alive. Only for this folder's .cpp files.
#pragma once

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <unordered_map>

#include "web/counters.hpp"
#include "web/limits.hpp"
#include "web/request_parser.hpp"
#include "web/router.hpp"
#include "web/stream.hpp"

namespace sensor::web {

class Connection;

/// What all connections share; owned by the server and outliving them.
struct Shared {
    std::shared_ptr<boost::asio::io_context> context;
    Limits limits;
    Router router;
    Counters counters;
    std::unordered_map<const Route*, std::size_t> waiting;  ///< requests with their handlers
    std::size_t unsent_bytes = 0;                           ///< of answers
    /// Told when a connection is over.
    std::function<void(Connection&)> on_end;
};

class Connection : public std::enable_shared_from_this<Connection> {
public:
    using Clock = std::chrono::steady_clock;

    /// tls: null for none
    Connection(Shared& shared, Stream::Socket socket, Tls::Context tls,
               boost::asio::ip::address peer);

    void start();
    /// Ends at once, whatever it does.
    void close();
    /// Ends for a newer one: what was said so far is answered with 503 where that costs no waiting.
    void give_way();

    const boost::asio::ip::address& peer() const noexcept { return peer_; }
    /// Its handler is not at work, and with TLS it had time for what it is doing.
    bool may_give_way(Clock::time_point now) const noexcept {
        if (stream_.has_tls() && now - since_ < shared_.limits.tls_grace) return false;
        return phase_ != Phase::Waiting;
    }
    /// Since when it has done nothing that counts.
    Clock::time_point since() const noexcept { return since_; }

private:
    enum class Phase : std::uint8_t { Handshake, Idle, Reading, Waiting, Sending, Ending, Closed };

    void enter(Phase phase, std::chrono::milliseconds most);
    void on_deadline();
    void next_request();
    void read();
    void on_bytes(std::size_t count);
    bool take_input();
    void dispatch();
    void deliver(unsigned serial, const std::function<Response()>& make);
    void answer(Response response);
    void on_sent();
    void end();
    void drain();
    void refuse(unsigned status);
    void say_and_close(unsigned status, std::string_view text);

    Shared& shared_;
    Stream stream_;
    const boost::asio::ip::address peer_;
    boost::asio::steady_timer timer_;
    RequestParser parser_;
    std::array<char, 2048> part_;
    std::string input_;  // what the parser has not taken yet
    std::string head_, body_;
    const Route* route_ = nullptr;  // of the request that waits
    Clock::time_point since_ = Clock::now(), deadline_{};
    Phase phase_ = Phase::Handshake;
    unsigned requests_ = 0;
    std::size_t drained_ = 0;
    bool is_head_ = false, keep_alive_ = false;
};

}  // namespace sensor::web
