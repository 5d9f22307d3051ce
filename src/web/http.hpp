// SPDX-License-Identifier: Apache-2.0
// What a handler of the web server gets and gives: request, response, route. No library shows here.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sensor::web {

/// Borrowed while the handler runs; what is answered later copies what it needs.
struct Request {
    std::string_view method;  ///< "GET", also for a HEAD to a route of GET
    std::string_view path;    ///< as it came, up to the question mark
    std::string_view query;   ///< behind the question mark
    std::string_view body;
};

struct Response {
    unsigned status = 200;
    std::string content_type = "text/plain; charset=utf-8";
    std::string body;
    std::vector<std::pair<std::string, std::string>> headers;  ///< beside those every answer has
};

/// A refusal with a line of text; 503 asks to come again in a second.
Response refusal(unsigned status, std::string_view text);

/// The way back of one request. May be copied and used from any thread; the first answer counts. If
/// none is given until the last copy is gone, or in time (Route::patience), the client gets 503.
class Reply {
public:
    /// Carries an answer to the server's thread, where the function is called.
    using Deliver = std::function<void(std::function<Response()>)>;

    explicit Reply(Deliver deliver);

    void send(Response response) const;
    /// The answer is made on the server's thread: for what takes longer than the caller has time.
    void send_made(std::function<Response()> make) const;

private:
    struct State;
    std::shared_ptr<State> state_;
};

/// Called on the server's thread; must not wait. Answers now or later.
using Handler = std::function<void(const Request&, Reply)>;

enum class Access : std::uint8_t {
    Open,    ///< anyone who can connect
    Token,   ///< asks for the token if there is one
    Change,  ///< asks for the token; refused where there is none
};

struct Route {
    std::string method;  ///< "GET" answers HEAD too
    std::string path;    ///< whole path, "/healthz"
    Access access = Access::Token;
    Handler handler;
    std::chrono::milliseconds patience{0};  ///< until 503; 0: Limits::handler
};

}  // namespace sensor::web
