// SPDX-License-Identifier: Apache-2.0
#include "output/channels/http_client.hpp"

#include <curl/curl.h>

#include <algorithm>

#include "base/log.hpp"
#include "output/channels/gzip.hpp"

namespace sensor::output {
namespace {

constexpr std::size_t kMostAnswer = 64 << 10, kMostRead = 1 << 20;

struct FreeList {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using HeaderList = std::unique_ptr<curl_slist, FreeList>;

HeaderList header_list(const std::vector<std::string>& headers) {
    HeaderList list;
    for (const std::string& header : headers)
        if (curl_slist* longer = curl_slist_append(list.get(), header.c_str())) {
            (void)list.release();
            list.reset(longer);
        }
    return list;
}

Result<> check_url(const std::string& text) {
    struct FreeUrl {
        void operator()(CURLU* url) const { curl_url_cleanup(url); }
    };
    const std::unique_ptr<CURLU, FreeUrl> url(curl_url());
    const CURLUcode code = curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0);
    if (code != CURLUE_OK)
        return Error(format("'{}' is no address: {}", text, curl_url_strerror(code)));
    char* scheme = nullptr;
    if (curl_url_get(url.get(), CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK)
        return Error(format("'{}' does not say http or https", text));
    const std::string found = scheme;
    curl_free(scheme);
    if (found == "http" || found == "https") return Ok{};
    return Error(format("'{}': only http and https are spoken", text));
}

}  // namespace

struct HttpClient::Slot {
    CURL* easy = curl_easy_init();
    std::size_t at = 0;  // which body; valid while busy
    bool busy = false;
    std::string packed;  // the body, if it is compressed
    std::string answer;
    std::size_t read = 0;
    char error[CURL_ERROR_SIZE] = {};

    Slot() = default;
    ~Slot() { curl_easy_cleanup(easy); }
    Slot(const Slot&) = delete;
    Slot& operator=(const Slot&) = delete;

    static std::size_t take(const char* data, std::size_t, std::size_t size, void* to) {
        auto& slot = *static_cast<Slot*>(to);
        slot.read += size;
        const std::size_t room = kMostAnswer - std::min(kMostAnswer, slot.answer.size());
        slot.answer.append(data, std::min(size, room));
        return slot.read > kMostRead ? 0 : size;  // an endless answer is cut off
    }
};

struct HttpClient::Shared {
    CURLM* multi = nullptr;
    HeaderList headers;
    ~Shared() {
        if (multi != nullptr) curl_multi_cleanup(multi);
        curl_global_cleanup();
    }
};

HttpClient::HttpClient(HttpClientOptions options)
    : options_(std::move(options)), shared_(std::make_unique<Shared>()) {
    curl_global_init(CURL_GLOBAL_DEFAULT);  // counted, and safe with threads since 7.84
}

HttpClient::~HttpClient() {
    for (const auto& slot : slots_)
        if (slot->busy) curl_multi_remove_handle(shared_->multi, slot->easy);
    slots_.clear();
}

Result<std::unique_ptr<HttpClient>> HttpClient::make(HttpClientOptions options) {
    std::unique_ptr<HttpClient> made(new HttpClient(std::move(options)));
    SENSOR_TRY_OK(made->set_up());
    return made;
}

Result<> HttpClient::set_up() {
    SENSOR_TRY_OK(check_url(options_.url));
    std::vector<std::string> headers = options_.headers;
    if (options_.compress) headers.push_back("Content-Encoding: gzip");
    headers.push_back("Expect:");  // no asking before a large body
    shared_->headers = header_list(headers);
    shared_->multi = curl_multi_init();
    if (shared_->multi == nullptr) return Error("libcurl cannot be started");
    const std::uint32_t count = std::clamp(options_.in_flight, 1U, 256U);
    curl_multi_setopt(shared_->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, static_cast<long>(count));
    for (std::uint32_t k = 0; k < count; ++k) {
        slots_.push_back(std::make_unique<Slot>());
        SENSOR_TRY_OK(set_up_slot(*slots_.back()));
    }
    return Ok{};
}

Result<> HttpClient::set_up_slot(Slot& slot) const {
    if (slot.easy == nullptr) return Error("libcurl cannot be started");
    CURLcode worst = CURLE_OK;
    const auto set = [&](CURLoption option, auto value) {
        const CURLcode code = curl_easy_setopt(slot.easy, option, value);
        if (code != CURLE_OK && worst == CURLE_OK) worst = code;
    };
    const TlsOptions& tls = options_.tls;
    set(CURLOPT_URL, options_.url.c_str());
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_FOLLOWLOCATION, 0L);
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_POST, 1L);
    set(CURLOPT_USERAGENT, options_.user_agent.c_str());
    set(CURLOPT_HTTPHEADER, shared_->headers.get());
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(options_.timeout_ms));
    set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options_.timeout_ms));
    set(CURLOPT_TCP_KEEPALIVE, options_.tcp_probes ? 1L : 0L);
    set(CURLOPT_ERRORBUFFER, slot.error);
    set(CURLOPT_WRITEFUNCTION, &Slot::take);
    set(CURLOPT_WRITEDATA, static_cast<void*>(&slot));
    set(CURLOPT_PRIVATE, static_cast<void*>(&slot));
    set(CURLOPT_SSL_VERIFYPEER, tls.insecure ? 0L : 1L);
    set(CURLOPT_SSL_VERIFYHOST, tls.insecure ? 0L : 2L);
    if (!tls.ca_cert.empty()) {
        set(CURLOPT_CAINFO, tls.ca_cert.c_str());
    } else if (!tls.ca_bundle.empty()) {
        set(CURLOPT_CAINFO, tls.ca_bundle.c_str());
    } else if (!tls.ca_path.empty()) {
        set(CURLOPT_CAPATH, tls.ca_path.c_str());
    }
    if (tls.mtls) {
        set(CURLOPT_SSLCERT, tls.client_cert.c_str());
        set(CURLOPT_SSLKEY, tls.client_key.c_str());
    }
    if (worst == CURLE_OK) return Ok{};
    return Error(std::string("libcurl refuses an option: ") + curl_easy_strerror(worst));
}

void HttpClient::begin(Slot& slot, std::size_t at, std::string_view body) {
    slot.at = at;
    slot.busy = true;
    slot.answer.clear();
    slot.read = 0;
    slot.error[0] = '\0';
    if (options_.compress) {
        slot.packed = gzip(body);
        body = slot.packed;
    }
    curl_easy_setopt(slot.easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    curl_easy_setopt(slot.easy, CURLOPT_POSTFIELDS, body.data());
    curl_multi_add_handle(shared_->multi, slot.easy);
}

void HttpClient::end(Slot& slot, int code, HttpAnswer& answer) {
    curl_multi_remove_handle(shared_->multi, slot.easy);
    slot.busy = false;
    curl_easy_getinfo(slot.easy, CURLINFO_RESPONSE_CODE, &answer.status);
    answer.body = std::move(slot.answer);
    const bool answered = code == CURLE_OK || (code == CURLE_WRITE_ERROR && answer.status != 0);
    if (answered) {
        answer.kind = HttpAnswer::Kind::Answered;
        curl_off_t seconds = 0;
        if (curl_easy_getinfo(slot.easy, CURLINFO_RETRY_AFTER, &seconds) == CURLE_OK && seconds > 0)
            answer.retry_after = std::chrono::seconds(std::min<curl_off_t>(seconds, 3600));
        return;
    }
    const bool late = code == CURLE_OPERATION_TIMEDOUT;
    answer.kind = late ? HttpAnswer::Kind::TimedOut : HttpAnswer::Kind::Failed;
    answer.problem =
        slot.error[0] != '\0' ? slot.error : curl_easy_strerror(static_cast<CURLcode>(code));
    give_up_ = true;
}

/// Waits until something happens, and takes what has ended. out: false if it must end
bool HttpClient::turn(const Patience& patience, std::vector<HttpAnswer>& answers) {
    int running = 0, left = 0;
    curl_multi_perform(shared_->multi, &running);
    bool ended = false;
    while (CURLMsg* message = curl_multi_info_read(shared_->multi, &left)) {
        if (message->msg != CURLMSG_DONE) continue;
        const CURLcode code = message->data.result;
        Slot* slot = nullptr;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &slot);
        end(*slot, code, answers[slot->at]);
        patience.going_on();
        ended = true;
    }
    if (ended) return true;
    curl_waitfd stop{patience.stop_fd(), CURL_WAIT_POLLIN, 0};
    curl_multi_poll(shared_->multi, &stop, 1, 1000, nullptr);
    return stop.revents == 0;
}

std::vector<HttpAnswer> HttpClient::post(std::span<const std::string_view> bodies,
                                         const Patience& patience) {
    std::vector<HttpAnswer> answers(bodies.size());
    std::size_t next = 0;
    give_up_ = false;
    bool go_on = true;
    for (;;) {
        bool busy = false;
        for (const auto& slot : slots_) {
            if (!slot->busy && go_on && !give_up_ && next < bodies.size()) {
                begin(*slot, next, bodies[next]);
                ++next;
            }
            busy = busy || slot->busy;
        }
        if (!busy) break;
        go_on = turn(patience, answers);
        if (go_on) continue;
        for (const auto& slot : slots_) {
            if (!slot->busy) continue;
            end(*slot, CURLE_ABORTED_BY_CALLBACK, answers[slot->at]);
        }
    }
    for (; next < bodies.size(); ++next) answers[next].problem = "another request found nobody";
    return answers;
}

bool is_success(long status) { return status >= 200 && status < 300; }
bool is_for_later(long status) { return status == 408 || status == 429 || status >= 500; }

}  // namespace sensor::output
