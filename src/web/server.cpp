// SPDX-License-Identifier: Apache-2.0
#include "web/server.hpp"

#include <pthread.h>
#include <signal.h>

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <map>
#include <optional>
#include <thread>
#include <tuple>
#include <unordered_map>

#include "base/log.hpp"
#include "web/connection.hpp"
#include "web/listener.hpp"
#include "web/tls.hpp"
#include "web/token.hpp"

namespace sensor::web {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using Code = boost::system::error_code;

constexpr int kAcceptedAtOnce = 16;
constexpr std::chrono::milliseconds kAcceptPause{10};

/// Who counts as one client: an address, of IPv6 the network of 64 bits that one host may have.
asio::ip::address peer_of(const tcp::socket& socket) {
    Code error;
    const tcp::endpoint end = socket.remote_endpoint(error);
    if (error || !end.address().is_v6() || end.address().to_v6().is_v4_mapped())
        return end.address();
    asio::ip::address_v6::bytes_type bytes = end.address().to_v6().to_bytes();
    std::fill(bytes.begin() + 8, bytes.end(), static_cast<unsigned char>(0));
    return asio::ip::address_v6(bytes);
}

}  // namespace

struct Server::Impl {
    struct Client {
        std::shared_ptr<Connection> connection;
        std::size_t* of_peer;  // how many its address has, in `peers`
    };

    Impl(Listener listener, std::optional<Tls> certificate, Router router, const Limits& limits);
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;
    ~Impl() { stop(); }

    void stop();
    void run();
    void wait_for_clients();
    void accept_some();
    void pause_accepting();
    void admit(Fd fd);
    bool make_room();
    void forget(Connection& ended);

    // Every socket and timer belongs to the context, so it goes last; replies hold it too.
    Shared shared;
    const std::uint16_t port;
    const tcp protocol;
    tcp::acceptor acceptor;
    asio::steady_timer pause;
    std::optional<Tls> tls;
    std::size_t most_connections;
    std::map<asio::ip::address, std::size_t> peers;
    std::unordered_map<Connection*, Client> connections;
    std::thread thread;
};

Server::Impl::Impl(Listener listener, std::optional<Tls> certificate, Router router,
                   const Limits& limits)
    : shared{std::make_shared<asio::io_context>(1), limits, std::move(router), {}, {}, 0, {}},
      port(listener.port),
      protocol(listener.is_v6 ? tcp::v6() : tcp::v4()),
      acceptor(*shared.context, protocol, listener.fd.release()),
      pause(*shared.context),
      tls(std::move(certificate)),
      most_connections(tls ? limits.tls_connections : limits.connections) {
    shared.on_end = [this](Connection& ended) { forget(ended); };
    wait_for_clients();
    // Signals are for the thread that asked for them.
    sigset_t all, before;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    thread = std::thread([this] { run(); });
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void Server::Impl::run() {
    ::pthread_setname_np(::pthread_self(), "web");
    for (;;) {
        try {
            shared.context->run();
            return;
        } catch (const std::exception& failure) {
            // Out of memory, as a rule: that connection is gone, the others go on.
            log::error("Web server: {}", failure.what());
        }
    }
}

void Server::Impl::stop() {
    if (!thread.joinable()) return;
    asio::post(*shared.context, [this] {
        Code ignored;
        std::ignore = acceptor.close(ignored);
        pause.cancel();
        while (!connections.empty()) connections.begin()->first->close();
    });
    thread.join();
}

void Server::Impl::wait_for_clients() {
    acceptor.async_wait(tcp::acceptor::wait_read, [this](const Code& error) {
        if (!error) accept_some();
    });
}

void Server::Impl::accept_some() {
    for (int k = 0; k < kAcceptedAtOnce; ++k) {
        // What nobody can give way for waits in the kernel's queue.
        if (!make_room()) return pause_accepting();
        Fd fd = accept_from(acceptor.native_handle());
        if (fd) {
            admit(std::move(fd));
        } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
            shared.counters.ended(Ended::Full);
            return pause_accepting();
        } else {
            break;
        }
    }
    wait_for_clients();
}

/// The queue stays readable: without a pause this would spin.
void Server::Impl::pause_accepting() {
    pause.expires_after(kAcceptPause);
    pause.async_wait([this](const Code& error) {
        if (!error) wait_for_clients();
    });
}

void Server::Impl::admit(Fd fd) {
    Code error;
    tcp::socket socket(*shared.context);
    std::ignore = socket.assign(protocol, fd.release(), error);
    if (error) return;
    const asio::ip::address peer = peer_of(socket);
    Tls::Context context;
    if (tls) context = tls->context(Connection::Clock::now());
    const auto made =
        std::make_shared<Connection>(shared, std::move(socket), std::move(context), peer);
    std::size_t& of_peer = peers[peer];
    ++of_peer;
    connections.emplace(made.get(), Client{made, &of_peer});
    shared.counters.open(connections.size());
    made->start();
}

void Server::Impl::forget(Connection& ended) {
    const auto at = connections.find(&ended);
    if (--*at->second.of_peer == 0) peers.erase(ended.peer());
    connections.erase(at);
    shared.counters.open(connections.size());
}

/// Where all places are taken, the address with most of them gives way: what has done nothing for
/// longest. So nobody keeps another out, nor a slow client of its own a fast one.
bool Server::Impl::make_room() {
    if (connections.size() < most_connections) return true;
    const Connection::Clock::time_point now = Connection::Clock::now();
    const Client* victim = nullptr;
    for (const auto& [one, client] : connections) {
        if (!one->may_give_way(now)) continue;
        const bool worse =
            victim == nullptr || *client.of_peer > *victim->of_peer ||
            (*client.of_peer == *victim->of_peer && one->since() < victim->connection->since());
        if (worse) victim = &client;
    }
    if (victim == nullptr) return false;
    const std::shared_ptr<Connection> gone = victim->connection;
    gone->give_way();
    return true;
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() = default;
Server::Server(Server&&) noexcept = default;
Server& Server::operator=(Server&&) noexcept = default;

Result<Server> Server::start(const WebOptions& options, std::vector<Route> routes,
                             const Limits& limits) {
    std::optional<Tls> tls;
    if (!options.certificate.empty()) {
        SENSOR_TRY(Tls made, Tls::from_file(options.certificate));
        tls = std::move(made);
    }
    Token token;
    if (!options.token_file.empty()) {
        SENSOR_TRY(token, Token::from_file(options.token_file));
    }
    SENSOR_TRY(Listener listener, listen_on(options));
    try {
        return Server(std::make_unique<Impl>(std::move(listener), std::move(tls),
                                             Router(std::move(routes), std::move(token)), limits));
    } catch (const std::exception& failure) {
        return Error(format("Web server could not start: {}", failure.what()));
    }
}

void Server::stop() {
    if (impl_) impl_->stop();
}
std::uint16_t Server::port() const noexcept { return impl_->port; }
ServerStats Server::stats() const { return impl_->shared.counters.stats(); }

}  // namespace sensor::web
