// SPDX-License-Identifier: Apache-2.0
// HttpClient: POSTs to one address, several at once, over connections that are kept. Used by the
// channels http and otlp, each by its own thread. The only user of libcurl.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "output/options.hpp"
#include "output/patience.hpp"

namespace sensor::output {

struct HttpClientOptions {
    std::string url;  ///< http or https
    std::string user_agent;
    std::vector<std::string> headers;  ///< "Name: value"
    TlsOptions tls;
    bool compress = false;             ///< bodies by gzip
    bool tcp_probes = false;           ///< of idle connections
    std::uint32_t timeout_ms = 10000;  ///< of one request
    std::uint32_t in_flight = 8;
};

struct HttpAnswer {
    enum class Kind { Answered, TimedOut, Failed };
    Kind kind = Kind::Failed;
    long status = 0;      ///< of an answer
    std::string body;     ///< its first 64 KiB
    std::string problem;  ///< why there is none
    std::optional<std::chrono::milliseconds> retry_after;
};

class HttpClient {
public:
    /// fails: if the address can never be one, or libcurl lacks something
    static Result<std::unique_ptr<HttpClient>> make(HttpClientOptions options);
    ~HttpClient();
    HttpClient(const HttpClient&) = delete;
    HttpClient& operator=(const HttpClient&) = delete;

    /// Posts each body by a request of its own. After one that found nobody no other is begun.
    /// Takes as long as requests may, whatever the patience says, but ends at once when stopped.
    /// out: an answer for each body
    std::vector<HttpAnswer> post(std::span<const std::string_view> bodies,
                                 const Patience& patience);

private:
    struct Slot;
    struct Shared;
    explicit HttpClient(HttpClientOptions options);
    Result<> set_up();
    Result<> set_up_slot(Slot& slot) const;
    void begin(Slot& slot, std::size_t at, std::string_view body);
    void end(Slot& slot, int code, HttpAnswer& answer);
    bool turn(const Patience& patience, std::vector<HttpAnswer>& answers);

    const HttpClientOptions options_;
    std::unique_ptr<Shared> shared_;
    std::vector<std::unique_ptr<Slot>> slots_;
    bool give_up_ = false;
};

/// For a status: taken; worth another attempt by what the protocol says; no use.
bool is_success(long status);
/// 408, 429 and all from 500 on.
bool is_for_later(long status);

}  // namespace sensor::output
