// SPDX-License-Identifier: Apache-2.0
// The phases: Handshake (TLS), then for each request Idle until its first byte, Reading, Waiting
// for the handler, Sending; at last Ending, in which the client is told that nothing more comes.
#include "web/connection.hpp"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <ctime>
#include <exception>
#include <tuple>

#include "base/log.hpp"
#include "web/response_text.hpp"

namespace sensor::web {
namespace {

namespace asio = boost::asio;
using Code = boost::system::error_code;

// So much of what a refused client still sends is read, so that it sees the answer and not a reset.
constexpr std::size_t kMostDrained = std::size_t{256} * 1024;
constexpr std::size_t kSmallAnswer = 4096;

Response made_by(const std::function<Response()>& make) {
    try {
        return make();
    } catch (const std::exception& failure) {
        log::error("Web server: an answer failed: {}", failure.what());
        return refusal(500, "internal error");
    }
}

}  // namespace

Connection::Connection(Shared& shared, Stream::Socket socket, Tls::Context tls,
                       asio::ip::address peer)
    : shared_(shared),
      stream_(std::move(socket), std::move(tls)),
      peer_(std::move(peer)),
      timer_(*shared.context),
      parser_(shared.limits.head_bytes, shared.limits.body_bytes) {}

void Connection::enter(Phase phase, std::chrono::milliseconds most) {
    if (phase_ == Phase::Closed) return;
    phase_ = phase;
    since_ = Clock::now();
    deadline_ = since_ + most;
    timer_.expires_at(deadline_);
    timer_.async_wait([self = weak_from_this()](const Code&) {
        // A timer that was set anew calls the old waiter too, and may be past stopping it.
        const std::shared_ptr<Connection> here = self.lock();
        if (here && Clock::now() >= here->deadline_) here->on_deadline();
    });
}

void Connection::on_deadline() {
    switch (phase_) {
        case Phase::Closed: return;
        case Phase::Waiting:
            ++requests_;  // whatever comes later is for a request that is over
            --shared_.waiting[route_];
            return answer(refusal(503, "no answer in time"));
        case Phase::Reading:
            shared_.counters.ended(Ended::Deadline);
            return say_and_close(408, "the request did not come in time");
        case Phase::Handshake: shared_.counters.ended(Ended::Deadline); return close();
        case Phase::Sending: shared_.counters.ended(Ended::Unread); return close();
        case Phase::Idle:
        case Phase::Ending: return close();
    }
}

void Connection::start() {
    if (!stream_.has_tls()) {
        enter(Phase::Idle, shared_.limits.request);
        return read();
    }
    enter(Phase::Handshake, shared_.limits.request);
    stream_.handshake([self = shared_from_this()](const Code& error) {
        if (self->phase_ == Phase::Closed) return;
        if (error) {
            self->shared_.counters.ended(Ended::Tls);
            return self->close();
        }
        self->enter(Phase::Idle, self->shared_.limits.request);
        self->read();
    });
}

void Connection::close() {
    if (phase_ == Phase::Closed) return;
    const std::shared_ptr<Connection> self = shared_from_this();
    if (phase_ == Phase::Waiting) --shared_.waiting[route_];
    if (phase_ == Phase::Sending) shared_.unsent_bytes -= body_.size();
    phase_ = Phase::Closed;
    timer_.cancel();
    Code ignored;
    std::ignore = stream_.socket().close(ignored);
    shared_.on_end(*this);
}

void Connection::give_way() {
    shared_.counters.ended(Ended::GaveWay);
    if (phase_ != Phase::Reading) return close();
    say_and_close(503, "too many connections");
}

/// While a read is pending: what fits into the socket's buffer, without TLS, which would need a
/// turn of its own.
void Connection::say_and_close(unsigned status, std::string_view text) {
    if (!stream_.has_tls()) {
        Code ignored;
        const Response response = refusal(status, text);
        const std::string answer =
            response_head(response, false, std::time(nullptr)) + response.body;
        std::ignore = stream_.socket().non_blocking(true, ignored);
        std::ignore = stream_.socket().write_some(asio::buffer(answer), ignored);
        std::ignore = stream_.socket().shutdown(Stream::Socket::shutdown_send, ignored);
        shared_.counters.answered(status);
    }
    close();
}

void Connection::next_request() {
    parser_ = RequestParser(shared_.limits.head_bytes, shared_.limits.body_bytes);
    enter(Phase::Idle, shared_.limits.idle);
    if (input_.empty()) {
        input_.shrink_to_fit();
        return read();
    }
    // Pipelined: in turn with the other connections, not before them.
    asio::post(*shared_.context, [self = shared_from_this()] { self->on_bytes(0); });
}

void Connection::read() {
    stream_.read_some(asio::buffer(part_),
                      [self = shared_from_this()](const Code& error, std::size_t count) {
                          if (self->phase_ == Phase::Closed) return;
                          if (error) return self->close();
                          self->on_bytes(count);
                      });
}

void Connection::on_bytes(std::size_t count) {
    if (phase_ == Phase::Closed) return;
    if (phase_ == Phase::Idle) enter(Phase::Reading, shared_.limits.request);
    input_.append(part_.data(), count);
    input_.erase(0, parser_.take(input_));
    switch (parser_.state()) {
        case RequestParser::State::NeedMore: return read();
        case RequestParser::State::Bad: return refuse(parser_.status());
        case RequestParser::State::Done: return dispatch();
    }
}

void Connection::dispatch() {
    const std::string_view target = parser_.target();
    const std::size_t question = target.find('?');
    const std::string_view path = target.substr(0, question);
    const Verdict verdict =
        shared_.router.find(parser_.method(), path, parser_.header("Authorization"), Clock::now());
    is_head_ = verdict.is_head;
    ++requests_;
    keep_alive_ = parser_.keep_alive() && requests_ < shared_.limits.requests_of_connection;
    if (verdict.route == nullptr) return answer(verdict.refused);
    route_ = verdict.route;
    if (shared_.waiting[route_] >= shared_.limits.waiting)
        return answer(refusal(503, "too many requests"));
    ++shared_.waiting[route_];
    const bool patient = route_->patience > std::chrono::milliseconds(0);
    enter(Phase::Waiting, patient ? route_->patience : shared_.limits.handler);
    const Reply reply([context = shared_.context, self = weak_from_this(),
                       serial = requests_](std::function<Response()> make) {
        // At once if the handler answers before it returns.
        asio::dispatch(*context, [self, serial, make = std::move(make)] {
            if (const auto here = self.lock()) here->deliver(serial, make);
        });
    });
    const Request request{verdict.route->method, path,
                          question == std::string_view::npos ? "" : target.substr(question + 1),
                          parser_.body()};
    try {
        verdict.route->handler(request, reply);
    } catch (const std::exception& failure) {
        log::error("Web server: {} failed: {}", path, failure.what());
        reply.send(refusal(500, "internal error"));
    }
}

void Connection::deliver(unsigned serial, const std::function<Response()>& make) {
    if (phase_ != Phase::Waiting || serial != requests_) return;
    --shared_.waiting[route_];
    answer(made_by(make));
}

void Connection::answer(Response response) {
    const bool is_large = response.body.size() > kSmallAnswer;
    if (is_large && shared_.unsent_bytes + response.body.size() > shared_.limits.unsent_bytes)
        response = refusal(503, "too much is waiting to be read");
    shared_.counters.answered(response.status);
    head_ = response_head(response, keep_alive_, std::time(nullptr));
    body_ = is_head_ ? std::string() : std::move(response.body);
    enter(Phase::Sending, shared_.limits.sending);
    shared_.unsent_bytes += body_.size();
    stream_.write({asio::buffer(head_), asio::buffer(body_)},
                  [self = shared_from_this()](const Code& error, std::size_t) {
                      if (self->phase_ == Phase::Closed) return;
                      if (error) return self->close();
                      self->on_sent();
                  });
}

void Connection::on_sent() {
    shared_.unsent_bytes -= body_.size();
    std::string().swap(body_);
    if (keep_alive_) return next_request();
    end();
}

void Connection::end() {
    enter(Phase::Ending, shared_.limits.closing);
    if (!stream_.has_tls()) return drain();
    stream_.end_tls([self = shared_from_this()](const Code&) {
        if (self->phase_ != Phase::Closed) self->drain();
    });
}

/// Says that nothing more comes, and reads until the client has said so too.
void Connection::drain() {
    Code ignored;
    std::ignore = stream_.socket().shutdown(Stream::Socket::shutdown_send, ignored);
    stream_.socket().async_read_some(
        asio::buffer(part_), [self = shared_from_this()](const Code& error, std::size_t count) {
            if (self->phase_ == Phase::Closed) return;
            self->drained_ += count;
            if (error || self->drained_ > kMostDrained) return self->close();
            self->drain();
        });
}

void Connection::refuse(unsigned status) {
    shared_.counters.ended(Ended::Malformed);
    keep_alive_ = false;
    is_head_ = false;
    answer(refusal(status, "bad request"));
}

}  // namespace sensor::web
