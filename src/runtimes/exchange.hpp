// SPDX-License-Identifier: Apache-2.0
// Exchange: requests over unix sockets, any number at once, in one thread: plain HTTP for docker
// and podman, gRPC (HTTP/2) for CRI and containerd. What comes back is bounded in size and time.
// Used by the runtimes of this folder, in the watcher's thread; the only user of libcurl here.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.hpp"
#include "base/result.hpp"

namespace sensor::runtimes {

/// What a request came to.
struct Answer {
    enum class Kind : std::uint8_t {
        Answered,  ///< see `status`
        TooLarge,  ///< it was cut off
        TimedOut,
        Garbage,  ///< something else than HTTP
        Failed    ///< nobody there, or gone
    };
    Kind kind = Kind::Failed;
    long status = 0;       ///< of HTTP
    int grpc_status = -1;  ///< of gRPC; -1: it said none
    std::string body;      ///< empty, if `on_data` took it
    std::string problem;   ///< one line: why there is no answer, or gRPC's message
};

struct Request {
    std::string socket;  ///< path
    std::string target;  ///< "/containers/json"
    bool grpc = false;   ///< POSTs `body` by HTTP/2; else a GET
    std::string body;
    std::vector<std::string> headers;  ///< "Name: value"
    std::size_t most_bytes = 4 << 20;
    std::chrono::milliseconds timeout{2000};  ///< 0: none, for streams
    /// For streams: takes what comes, as it comes. out: false to end it
    std::function<bool(std::string_view)> on_data;
    std::function<void(Answer)> done;  ///< once, in `turn`; not if cancelled
};

class Exchange {
public:
    using Name = std::uint64_t;  ///< of a request, never 0
    /// Makes the connection to a socket, in `turn`. No descriptor: it is connected to as any is.
    using Connect = std::function<Result<Fd>(const std::string& socket)>;

    /// connect: of requests that are not gRPC
    /// fails:   if libcurl cannot be started, or was built without HTTP/2
    static Result<std::unique_ptr<Exchange>> make(Connect connect);
    ~Exchange();
    Exchange(const Exchange&) = delete;
    Exchange& operator=(const Exchange&) = delete;

    /// Both at any time, from what a request calls too: they are carried out by the next `turn`, or
    /// later in the present one.
    Name send(Request request);
    /// Nothing of it is called any more. Unknown names are no error.
    void cancel(Name name);
    /// Waits until something happens or `most` has passed, and calls who is concerned.
    void turn(std::chrono::milliseconds most);
    /// Ends the present wait of `turn`, or the next. In any thread.
    void wake() noexcept;

private:
    struct Slot;
    struct State;
    explicit Exchange(std::unique_ptr<State> state);
    std::unique_ptr<Slot> take_slot();
    void finish(Slot& slot, int code);
    void carry_out();
    bool perform();
    void collect();

    std::unique_ptr<State> state_;
};

}  // namespace sensor::runtimes
