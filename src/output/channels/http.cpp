// SPDX-License-Identifier: Apache-2.0
// Alerts by HTTP, one POST each, several at once over connections that are kept. Refused for good
// is what the receiver answers with another 4xx than 408 and 429, or with a redirection, which is
// not followed; anything else is tried again.
#include <unistd.h>

#include <algorithm>

#include "base/log.hpp"
#include "output/channel.hpp"
#include "output/channels/http_client.hpp"

namespace sensor::output {
namespace {

constexpr std::size_t kRounds = 8;  // requests of one call, for each that may be in flight

class HttpChannel final : public Channel {
public:
    HttpChannel(const HttpOptions& options, std::unique_ptr<HttpClient> client)
        : options_(options), client_(std::move(client)) {}

    std::string_view name() const override { return "http"; }
    Traits traits() const override {
        return {std::max<std::size_t>(options_.in_flight, 1) * kRounds, false, Form::Text};
    }

    Sent send(std::span<const LinePtr> lines, const Patience& patience) override {
        std::vector<std::string_view> bodies;
        for (const LinePtr& line : lines) bodies.push_back(line->text);
        const std::vector<HttpAnswer> answers = client_->post(bodies, patience);
        Sent sent(lines.size());
        bool late = false;
        for (std::size_t k = 0; k < lines.size(); ++k) {
            judge(answers[k], sent, k);
            late = late || answers[k].kind == HttpAnswer::Kind::TimedOut;
        }
        if (late && ++timeouts_ <= options_.max_consecutive_timeouts)
            sent.after = std::chrono::milliseconds(0);
        return sent;
    }

private:
    void judge(const HttpAnswer& answer, Sent& sent, std::size_t at) {
        if (answer.kind != HttpAnswer::Kind::Answered) {
            if (sent.problem.empty()) sent.problem = answer.problem;
            return;
        }
        timeouts_ = 0;
        if (options_.echo) echo(answer.body);
        if (is_success(answer.status)) {
            sent.verdicts[at] = Verdict::Delivered;
            return;
        }
        sent.problem = format("the receiver answered with status {}", answer.status);
        const bool later = is_for_later(answer.status);
        sent.verdicts[at] = later ? Verdict::NotNow : Verdict::Refused;
        if (later && answer.retry_after)
            sent.after = std::max(sent.after.value_or(*answer.retry_after), *answer.retry_after);
    }

    static void echo(const std::string& body) {
        if (!body.empty() && ::write(STDOUT_FILENO, body.data(), body.size()) < 0)
            log::debug("http: the answer cannot be echoed");
    }

    const HttpOptions options_;
    const std::unique_ptr<HttpClient> client_;
    std::uint32_t timeouts_ = 0;  // one after the other
};

/// The peer takes off quotes around the address.
std::string without_quotes(std::string text) {
    if (text.size() >= 2 && text.front() == text.back() &&
        (text.front() == '"' || text.front() == '\''))
        return text.substr(1, text.size() - 2);
    return text;
}

}  // namespace

Result<ChannelPtr> make_http(const HttpOptions& options, bool json) {
    HttpClientOptions client{without_quotes(options.url),
                             options.user_agent,
                             {},
                             options.tls,
                             options.compress_uploads,
                             options.keep_alive,
                             options.timeout_ms,
                             options.in_flight};
    client.headers.push_back(json ? "Content-Type: application/json" : "Content-Type: text/plain");
    for (const auto& [key, value] : options.headers) client.headers.push_back(key + ": " + value);
    SENSOR_TRY(auto made, HttpClient::make(std::move(client)));
    return ChannelPtr(std::make_unique<HttpChannel>(options, std::move(made)));
}

}  // namespace sensor::output
