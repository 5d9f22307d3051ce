// SPDX-License-Identifier: Apache-2.0
#include "web/http.hpp"

#include <atomic>

namespace sensor::web {

Response refusal(unsigned status, std::string_view text) {
    Response out;
    out.status = status;
    out.body.append(text).append("\n");
    if (status == 503) out.headers.emplace_back("Retry-After", "1");
    return out;
}

struct Reply::State {
    explicit State(Deliver how) : deliver(std::move(how)) {}
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() {
        answer([] { return refusal(503, "no answer"); });
    }
    void answer(std::function<Response()> make) {
        if (!done.exchange(true)) deliver(std::move(make));
    }

    Deliver deliver;
    std::atomic<bool> done{false};
};

Reply::Reply(Deliver deliver) : state_(std::make_shared<State>(std::move(deliver))) {}

void Reply::send(Response response) const {
    // A function must be copyable, so the response is shared.
    const auto shared = std::make_shared<Response>(std::move(response));
    state_->answer([shared] { return std::move(*shared); });
}

void Reply::send_made(std::function<Response()> make) const { state_->answer(std::move(make)); }

}  // namespace sensor::web
