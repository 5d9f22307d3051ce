// SPDX-License-Identifier: Apache-2.0
// The server as its clients see it: answers, refusals, deadlines, too many connections, stopping.
#include "web/server.hpp"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "tests/unit/web/client.hpp"

namespace {

using namespace sensor::web;
using sensor::testing::body_of;
using sensor::testing::Client;
using sensor::testing::status_of;
using namespace std::chrono_literals;

/// Replies that wait until the test takes them.
class Held {
public:
    void put(Reply reply) {
        const std::lock_guard lock(mutex_);
        replies_.push_back(std::move(reply));
        come_.notify_all();
    }
    std::vector<Reply> take(std::size_t count) {
        std::unique_lock lock(mutex_);
        REQUIRE(come_.wait_for(lock, 20s, [&] { return replies_.size() >= count; }));
        return std::exchange(replies_, {});
    }

private:
    std::mutex mutex_;
    std::condition_variable come_;
    std::vector<Reply> replies_;
};

Response text(std::string body) {
    Response out;
    out.body = std::move(body);
    return out;
}

std::vector<Route> routes(Held* held = nullptr) {
    std::vector<Route> out;
    out.push_back({"GET", "/healthz", Access::Open, [](const Request&, const Reply& reply) {
                       Response response = text(R"({"status": "ok"})");
                       response.content_type = "application/json";
                       reply.send(std::move(response));
                   }});
    out.push_back({"GET", "/large", Access::Open, [](const Request&, const Reply& reply) {
                       reply.send_made([] { return text(std::string(3'000'000, 'x')); });
                   }});
    out.push_back(
        {"POST", "/echo", Access::Open, [](const Request& request, const Reply& reply) {
             reply.send(text(std::string(request.method) + " " + std::string(request.path) + " " +
                             std::string(request.query) + " " + std::string(request.body)));
         }});
    out.push_back({"GET", "/throws", Access::Open,
                   [](const Request&, const Reply&) { throw std::runtime_error("as tests do"); }});
    out.push_back({"GET", "/made_throws", Access::Open, [](const Request&, const Reply& reply) {
                       reply.send_made(
                           []() -> Response { throw std::runtime_error("as tests do"); });
                   }});
    out.push_back({"GET", "/silent", Access::Open, [](const Request&, const Reply&) {}});
    out.push_back({"GET", "/patient", Access::Open,
                   [held](const Request&, Reply reply) { held->put(std::move(reply)); }, 60s});
    out.push_back({"GET", "/held", Access::Open,
                   [held](const Request&, Reply reply) { held->put(std::move(reply)); }});
    return out;
}

Server started(Limits limits = {}, Held* held = nullptr) {
    WebOptions options;
    options.port = 0;
    auto server = Server::start(options, routes(held), limits);
    REQUIRE(server);
    REQUIRE(server->port() != 0);
    return *std::move(server);
}

std::uint64_t refused(const Server& server, std::string_view reason) {
    for (const auto& [name, count] : server.stats().refused) {
        if (name == reason) return count;
    }
    return ~std::uint64_t{0};
}

constexpr std::string_view kHealth = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";

TEST_CASE("a request is answered, and the next on the same connection") {
    const Server server = started();
    Client client(server.port());
    for (int k = 0; k < 3; ++k) {
        const std::string answer = client.ask(kHealth);
        CHECK(status_of(answer) == 200);
        CHECK(body_of(answer) == R"({"status": "ok"})");
        CHECK(answer.find("Content-Type: application/json\r\n") != std::string::npos);
        CHECK(answer.find("Connection: keep-alive\r\n") != std::string::npos);
    }
    const std::string last =
        client.ask("GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    CHECK(last.find("Connection: close\r\n") != std::string::npos);
    CHECK(client.ended());
    CHECK(server.stats().requests == std::vector<std::pair<unsigned, std::uint64_t>>{{200, 4}});
}

TEST_CASE("HTTP 1.0 ends the connection unless asked not to") {
    const Server server = started();
    Client client(server.port());
    CHECK(status_of(client.ask("GET /healthz HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")) == 200);
    CHECK(status_of(client.ask("GET /healthz HTTP/1.0\r\n\r\n")) == 200);
    CHECK(client.ended());
}

TEST_CASE("HEAD is GET without a body") {
    const Server server = started();
    Client client(server.port());
    client.send("HEAD /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
    const std::string head = client.answer(false);
    CHECK(status_of(head) == 200);
    CHECK(head.find("Content-Length: 16\r\n") != std::string::npos);
    CHECK(body_of(head).empty());
    CHECK(body_of(client.ask(kHealth)) == R"({"status": "ok"})");
}

TEST_CASE("a body, and what stands behind the question mark") {
    const Server server = started();
    Client client(server.port());
    CHECK(body_of(client.ask("POST /echo?a=1&b=?2 HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n"
                             "hello")) == "POST /echo a=1&b=?2 hello");
}

TEST_CASE("what is asked for wrongly is refused, and the connection goes on") {
    const Server server = started();
    Client client(server.port());
    CHECK(status_of(client.ask("GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n")) == 404);
    CHECK(status_of(client.ask("GET /healthz/ HTTP/1.1\r\nHost: x\r\n\r\n")) == 404);
    const std::string method = client.ask("BREW /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(status_of(method) == 405);
    CHECK(method.find("Allow: GET, HEAD\r\n") != std::string::npos);
    CHECK(status_of(client.ask("GET /echo HTTP/1.1\r\nHost: x\r\n\r\n")) == 405);
    CHECK(status_of(client.ask(kHealth)) == 200);
}

TEST_CASE("what is no HTTP, or too large, is refused and ended") {
    const Server server = started();
    const std::vector<std::pair<std::string, unsigned>> cases = {
        {"hello\r\n\r\n", 400},
        {std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11), 400},
        {"GET /healthz HTTP/2.0\r\n\r\n", 400},
        {"GET /healthz HTTP/1.1\r\nBad Header: x\r\n\r\n", 400},
        {"GET /healthz HTTP/1.1\r\nContent-Length: x\r\n\r\n", 400},
        {"GET /healthz HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400},
        {"GET /healthz HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", 411},
        {"POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", 411},
        {"GET /" + std::string(9000, 'a') + " HTTP/1.1\r\n\r\n", 431},
        {"GET /healthz HTTP/1.1\r\nX: " + std::string(9000, 'a') + "\r\n\r\n", 431},
        {"POST /echo HTTP/1.1\r\nContent-Length: 4097\r\n\r\n", 413},
        {"POST /echo HTTP/1.1\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n", 417}};
    for (const auto& [bytes, status] : cases) {
        CAPTURE(bytes.substr(0, 60));
        Client client(server.port());
        CHECK(status_of(client.ask(bytes)) == status);
        client.finish();
        CHECK(client.ended());
    }
    CHECK(refused(server, "malformed") == cases.size());
}

TEST_CASE("bytes that come one by one make the same request") {
    const Server server = started();
    Client client(server.port());
    for (const char c : kHealth) client.send({&c, 1});
    CHECK(status_of(client.answer()) == 200);
}

TEST_CASE("a request that does not come whole in time is cut, even if it drips") {
    Limits limits;
    limits.request = 100ms;
    const Server server = started(limits);
    Client client(server.port());
    client.send("GET /healthz HTTP/1.1\r\nX: ");
    // Drips until the server has had enough; the answer is looked for after each drop.
    std::atomic<bool> cut{false};
    std::thread drip([&] {
        for (; !cut; std::this_thread::sleep_for(5ms)) client.send("a");
    });
    const std::string answer = client.answer();
    cut = true;
    CHECK((answer.empty() || status_of(answer) == 408));
    drip.join();
    CHECK(refused(server, "deadline") == 1);
}

TEST_CASE("a connection that asks nothing more is closed") {
    Limits limits;
    limits.idle = 50ms;
    const Server server = started(limits);
    Client client(server.port());
    CHECK(status_of(client.ask(kHealth)) == 200);
    CHECK(client.ended());
}

TEST_CASE("pipelined requests are answered in order, up to the most of one connection") {
    Limits limits;
    limits.requests_of_connection = 50;
    const Server server = started(limits);
    Client client(server.port());
    std::string all;
    for (int k = 0; k < 60; ++k)
        all += "POST /echo?" + std::to_string(k) + " HTTP/1.1\r\nContent-Length: 1\r\n\r\nx";
    client.send(all);
    for (int k = 0; k < 50; ++k)
        CHECK(body_of(client.answer()) == "POST /echo " + std::to_string(k) + " x");
    CHECK(client.ended());
}

TEST_CASE("a handler that fails, or never answers, is 500 or 503") {
    const Server server = started();
    Client client(server.port());
    CHECK(status_of(client.ask("GET /throws HTTP/1.1\r\n\r\n")) == 500);
    CHECK(status_of(client.ask("GET /made_throws HTTP/1.1\r\n\r\n")) == 500);
    const std::string silent = client.ask("GET /silent HTTP/1.1\r\n\r\n");
    CHECK(status_of(silent) == 503);
    CHECK(silent.find("Retry-After: 1\r\n") != std::string::npos);
    CHECK(status_of(client.ask(kHealth)) == 200);
}

TEST_CASE("an answer may come later, from another thread") {
    Held held;
    const Server server = started({}, &held);
    Client client(server.port());
    client.send("GET /held HTTP/1.1\r\n\r\n");
    const std::vector<Reply> replies = held.take(1);
    Client other(server.port());
    CHECK(status_of(other.ask(kHealth)) == 200);
    std::thread([&replies] {
        replies[0].send(text("late"));
        replies[0].send(text("ignored"));
    }).join();
    CHECK(body_of(client.answer()) == "late");
    CHECK(status_of(client.ask(kHealth)) == 200);
}

TEST_CASE("an answer that comes too late is 503, and no answer to the next request") {
    Limits limits;
    limits.handler = 50ms;
    Held held;
    const Server server = started(limits, &held);
    Client client(server.port());
    CHECK(status_of(client.ask("GET /held HTTP/1.1\r\n\r\n")) == 503);
    const std::vector<Reply> first = held.take(1);
    client.send("GET /held HTTP/1.1\r\n\r\n");
    const std::vector<Reply> second = held.take(1);
    first[0].send(text("of the first"));
    second[0].send(text("of the second"));
    CHECK(body_of(client.answer()) == "of the second");
}

TEST_CASE("a route may have more patience than others") {
    Limits limits;
    limits.handler = 1ms;
    Held held;
    const Server server = started(limits, &held);
    Client client(server.port());
    client.send("GET /patient HTTP/1.1\r\n\r\n");
    const std::vector<Reply> replies = held.take(1);
    // Long past the patience of the others.
    Client other(server.port());
    CHECK(status_of(other.ask("GET /held HTTP/1.1\r\n\r\n")) == 503);
    replies[0].send(text("after all"));
    CHECK(body_of(client.answer()) == "after all");
}

TEST_CASE("more requests than may wait are 503 at once; others go on") {
    Limits limits;
    limits.waiting = 2;
    Held held;
    const Server server = started(limits, &held);
    Client first(server.port()), second(server.port()), third(server.port());
    first.send("GET /held HTTP/1.1\r\n\r\n");
    second.send("GET /held HTTP/1.1\r\n\r\n");
    std::vector<Reply> replies = held.take(2);
    CHECK(status_of(third.ask("GET /held HTTP/1.1\r\n\r\n")) == 503);
    for (const Reply& reply : replies) reply.send(text("done"));
    CHECK(body_of(first.answer()) == "done");
    CHECK(body_of(second.answer()) == "done");
    CHECK(status_of(third.ask(kHealth)) == 200);
}

TEST_CASE("too many connections: those with nothing done give way, a whole request is answered") {
    Limits limits;
    limits.connections = 4;
    const Server server = started(limits);
    std::vector<std::unique_ptr<Client>> slow;
    for (int k = 0; k < 40; ++k) {
        slow.push_back(std::make_unique<Client>(server.port()));
        slow.back()->send("GET /healthz HTTP/1.1\r\nX: ");
        Client client(server.port());
        CHECK(status_of(client.ask(kHealth)) == 200);
        CHECK(server.stats().open <= 4);
    }
    CHECK(refused(server, "gave_way") >= 30);
    CHECK(refused(server, "full") == 0);
    const std::string first = slow.front()->answer();
    CHECK((first.empty() || status_of(first) == 503));
}

TEST_CASE("answers nobody reads are bounded, and the others go on") {
    Limits limits;
    limits.sending = 20s;
    limits.unsent_bytes = 7'000'000;
    const Server server = started(limits);
    std::vector<std::unique_ptr<Client>> deaf;
    // None of them reads, and each asks for more than the kernel's buffers take, so that an answer
    // of each stays in the server. A third one would exceed the bound: small refusals come instead.
    constexpr int kAsked = 8;
    for (int k = 0; k < 3; ++k) {
        deaf.push_back(std::make_unique<Client>(server.port()));
        for (int n = 0; n < kAsked; ++n) deaf.back()->send("GET /large HTTP/1.1\r\n\r\n");
        Client client(server.port());
        CHECK(status_of(client.ask(kHealth)) == 200);
    }
    int refusals = 0;
    for (int n = 0; n < kAsked; ++n) refusals += status_of(deaf[2]->answer()) == 503 ? 1 : 0;
    CHECK(refusals > 0);
    CHECK(body_of(deaf[0]->answer()).size() == 3'000'000);
}

TEST_CASE("a client that does not read its answer is cut") {
    Limits limits;
    limits.sending = 100ms;
    limits.unsent_bytes = 100'000'000;
    limits.requests_of_connection = 1'000'000;
    const Server server = started(limits);
    // Enough that no socket buffer takes it.
    Client client(server.port());
    std::string all;
    for (int k = 0; k < 8; ++k) all += "GET /large HTTP/1.1\r\n\r\n";
    client.send(all);
    Client other(server.port());
    while (refused(server, "unread") == 0) CHECK(status_of(other.ask(kHealth)) == 200);
    CHECK(refused(server, "unread") == 1);
}

TEST_CASE("stopping ends everything at once, and late replies go nowhere") {
    Held held;
    std::vector<Reply> late;
    {
        Server server = started({}, &held);
        Client slow(server.port()), waiting(server.port());
        slow.send("GET /healthz HTTP/1.1\r\nX: ");
        waiting.send("GET /held HTTP/1.1\r\n\r\n");
        late = held.take(1);
        server.stop();
        server.stop();
        CHECK(slow.ended());
        CHECK(waiting.ended());
        late[0].send(text("nobody is here"));
        WebOptions again;
        again.port = server.port();
        CHECK(Server::start(again, routes()));
    }
    late.clear();
}

TEST_CASE("many stops and starts with clients in between") {
    for (int k = 0; k < 50; ++k) {
        const Server server = started();
        Client client(server.port());
        client.send(kHealth);
        if (k % 2 == 0) CHECK(status_of(client.answer()) == 200);
    }
}

TEST_CASE("what keeps it from starting is said") {
    const Server server = started();
    WebOptions options;
    options.port = server.port();
    auto taken = Server::start(options, {});
    REQUIRE_FALSE(taken);
    CHECK(taken.error().text.find("127.0.0.1:" + std::to_string(server.port())) !=
          std::string::npos);
    for (const char* address :
         {"localhost", "", "256.0.0.1", "127.1", "0x7f.1", "::g", "1.2.3.4:5"}) {
        CAPTURE(address);
        options.address = address;
        auto refused_address = Server::start(options, {});
        REQUIRE_FALSE(refused_address);
        CHECK(refused_address.error().text.find("no IPv4 or IPv6 address") != std::string::npos);
    }
    options.address = "127.0.0.1";
    options.port = 0;
    options.certificate = "/nonexistent.pem";
    auto no_file = Server::start(options, {});
    REQUIRE_FALSE(no_file);
    CHECK(no_file.error().text.find("/nonexistent.pem") != std::string::npos);
}

TEST_CASE("IPv6 literals, where the system has IPv6") {
    WebOptions options;
    options.port = 0;
    options.address = "::1";
    const auto server = Server::start(options, routes());
    if (server) {
        CHECK(server->port() != 0);
    } else {
        CHECK(server.error().text.find("[::1]") != std::string::npos);
    }
}

}  // namespace
