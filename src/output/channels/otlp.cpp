// SPDX-License-Identifier: Apache-2.0
// Alerts as log records of OTLP over HTTP with JSON, many in one request. By that protocol only
// 429, 502, 503 and 504 are worth another attempt. A request that is refused as such (400, 413) is
// sent again record by record, so that one bad record takes no others with it.
#include "base/log.hpp"
#include "output/channel.hpp"
#include "output/channels/http_client.hpp"
#include "output/otlp_record.hpp"

namespace sensor::output {
namespace {

bool is_for_later_by_otlp(long status) {
    return status == 429 || status == 502 || status == 503 || status == 504;
}

class OtlpChannel final : public Channel {
public:
    OtlpChannel(const OtlpOptions& options, const std::string& hostname,
                std::unique_ptr<HttpClient> client)
        : begin_(otlp_begin(hostname, options.resource)),
          batch_(std::max(options.batch, 1U)),
          client_(std::move(client)) {}

    std::string_view name() const override { return "otlp"; }
    Traits traits() const override { return {batch_, false, Form::Record}; }

    Sent send(std::span<const LinePtr> lines, const Patience& patience) override {
        const std::string whole = request(lines);
        const std::string_view bodies[] = {whole};
        const HttpAnswer answer = client_->post(bodies, patience)[0];
        const bool too_much = answer.status == 400 || answer.status == 413;
        if (lines.size() > 1 && too_much) return send_each(lines, patience);
        Sent sent(lines.size());
        judge(answer, std::span(sent.verdicts), sent);
        return sent;
    }

private:
    std::string request(std::span<const LinePtr> lines) const {
        std::string body = begin_;
        for (const LinePtr& line : lines) {
            if (body.size() != begin_.size()) body += ',';
            body += line->record;
        }
        return body += kOtlpEnd;
    }

    Sent send_each(std::span<const LinePtr> lines, const Patience& patience) {
        std::vector<std::string> requests;
        for (std::size_t k = 0; k < lines.size(); ++k)
            requests.push_back(request(lines.subspan(k, 1)));
        const std::vector<std::string_view> bodies(requests.begin(), requests.end());
        const std::vector<HttpAnswer> answers = client_->post(bodies, patience);
        Sent sent(lines.size());
        for (std::size_t k = 0; k < lines.size(); ++k)
            judge(answers[k], std::span(sent.verdicts).subspan(k, 1), sent);
        return sent;
    }

    static void judge(const HttpAnswer& answer, std::span<Verdict> verdicts, Sent& sent) {
        if (answer.kind != HttpAnswer::Kind::Answered) {
            sent.problem = answer.problem;
            return;
        }
        if (!is_success(answer.status)) {
            sent.problem = format("the receiver answered with status {}", answer.status);
            const bool later = is_for_later_by_otlp(answer.status);
            for (Verdict& verdict : verdicts) verdict = later ? Verdict::NotNow : Verdict::Refused;
            if (later) sent.after = answer.retry_after;
            return;
        }
        // Which ones were rejected is not said, only how many.
        const OtlpRejected rejected = otlp_rejected(answer.body);
        const std::size_t bad = std::min<std::uint64_t>(rejected.records, verdicts.size());
        for (std::size_t k = 0; k < verdicts.size(); ++k)
            verdicts[k] = k < bad ? Verdict::Refused : Verdict::Delivered;
        if (bad != 0) sent.problem = "the receiver rejected records: " + rejected.why;
    }

    const std::string begin_;
    const std::size_t batch_;
    const std::unique_ptr<HttpClient> client_;
};

}  // namespace

Result<ChannelPtr> make_otlp(const OtlpOptions& options, const std::string& hostname) {
    constexpr std::uint32_t kInFlight = 4;  // matters only where records are sent one by one
    HttpClientOptions client{options.url,
                             "falco-ebpf/" SENSOR_VERSION,
                             {"Content-Type: application/json"},
                             options.tls,
                             options.compress_uploads,
                             false,
                             options.timeout_ms,
                             kInFlight};
    for (const auto& [key, value] : options.headers) client.headers.push_back(key + ": " + value);
    SENSOR_TRY(auto made, HttpClient::make(std::move(client)));
    return ChannelPtr(std::make_unique<OtlpChannel>(options, hostname, std::move(made)));
}

}  // namespace sensor::output
