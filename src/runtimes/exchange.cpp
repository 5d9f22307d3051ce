// SPDX-License-Identifier: Apache-2.0
#include "runtimes/exchange.hpp"

#include <curl/curl.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <unordered_map>
#include <utility>

#include "base/log.hpp"

namespace sensor::runtimes {
namespace {

constexpr std::size_t kMostHeaders = 64 << 10;
constexpr std::size_t kMostIdle = 16;  // handles that are kept
constexpr int kMostRounds = 8;         // of requests that follow from answers, in one turn

bool same_name(std::string_view line, std::string_view name) {
    return line.size() >= name.size() &&
           std::equal(name.begin(), name.end(), line.begin(), [](char a, char b) {
               return a == (b >= 'A' && b <= 'Z' ? static_cast<char>(b - 'A' + 'a') : b);
           });
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == '\r' || text.back() == '\n' || text.back() == ' '))
        text.remove_suffix(1);
    return text;
}

bool is_garbage(CURLcode code) {
    return code == CURLE_WEIRD_SERVER_REPLY || code == CURLE_UNSUPPORTED_PROTOCOL ||
           code == CURLE_HTTP2 || code == CURLE_HTTP2_STREAM || code == CURLE_BAD_CONTENT_ENCODING;
}

}  // namespace

struct Exchange::Slot {
    const Connect& connect;
    CURL* easy = curl_easy_init();
    Name name = 0;
    curl_slist* headers = nullptr;
    Request request;
    Answer answer;
    std::size_t header_bytes = 0;
    bool too_large = false, stopped = false, cancelled = false;
    char error[CURL_ERROR_SIZE] = {};
    std::string refused;  ///< why there is no connection
    Fd listener;          ///< where libcurl is sent to meanwhile
    Fd given;             ///< the connection that takes the place of libcurl's own
    int replaced = -1;    ///< that one

    explicit Slot(const Connect& by) : connect(by) {}
    ~Slot() {
        curl_easy_cleanup(easy);
        curl_slist_free_all(headers);
    }
    Slot(const Slot&) = delete;
    Slot& operator=(const Slot&) = delete;

    void add_header(const char* header) {
        if (curl_slist* longer = curl_slist_append(headers, header)) headers = longer;
    }
    void set_up();
    void begin(Request what);
    std::size_t take(std::string_view data);
    std::size_t take_header(std::string_view line);
    curl_socket_t open(curl_sockaddr& address);
    bool swap();

    static curl_socket_t on_open(void* slot, curlsocktype, curl_sockaddr* address) {
        return static_cast<Slot*>(slot)->open(*address);
    }
    static int on_connected(void* slot, char*, char*, int, int) {
        return static_cast<Slot*>(slot)->swap() ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
    }
    static std::size_t on_body(const char* data, std::size_t, std::size_t size, void* to) {
        return static_cast<Slot*>(to)->take({data, size});
    }
    static std::size_t on_header(const char* data, std::size_t one, std::size_t n, void* to) {
        return static_cast<Slot*>(to)->take_header({data, one * n});
    }
};

struct Exchange::State {
    Connect connect;
    CURLM* multi = nullptr;
    Name last = 0;
    std::unordered_map<Name, std::unique_ptr<Slot>> busy;
    std::vector<Slot*> to_begin;  // libcurl is not called from what it calls
    std::vector<Name> to_cancel;
    std::vector<std::unique_ptr<Slot>> idle;

    ~State() {
        for (const auto& [name, slot] : busy) curl_multi_remove_handle(multi, slot->easy);
        busy.clear();
        idle.clear();
        if (multi != nullptr) curl_multi_cleanup(multi);
        curl_global_cleanup();
    }
};

/// What is the same for each request.
void Exchange::Slot::set_up() {
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");  // not by what the environment says
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, error);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &Slot::on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, static_cast<void*>(this));
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &Slot::on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, static_cast<void*>(this));
    curl_easy_setopt(easy, CURLOPT_PRIVATE, static_cast<void*>(this));
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, &Slot::on_open);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, static_cast<void*>(this));
    curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, &Slot::on_connected);
    curl_easy_setopt(easy, CURLOPT_PREREQDATA, static_cast<void*>(this));
}

/// libcurl 7.88, of Debian 12, connects in any case, even a socket that it is told is connected. So
/// where somebody else made the connection it is sent to a listener of ours, and what it got there
/// is replaced before the request goes out.
curl_socket_t Exchange::Slot::open(curl_sockaddr& address) {
    Result<Fd> made = request.grpc ? Fd() : connect(request.socket);
    if (!made) {
        refused = made.error().text;
        return CURL_SOCKET_BAD;
    }
    Fd plain(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!*made) return plain.release();
    sockaddr_un own{};
    socklen_t size = sizeof own;
    listener = Fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    own.sun_family = AF_UNIX;  // and no name: the kernel makes one up, of no file
    auto* const as_any = reinterpret_cast<sockaddr*>(&own);
    if (::bind(listener.get(), as_any, sizeof own.sun_family) != 0 ||
        ::listen(listener.get(), 1) != 0 || ::getsockname(listener.get(), as_any, &size) != 0 ||
        size > sizeof address.addr)
        return CURL_SOCKET_BAD;
    std::memcpy(&address.addr, &own, size);
    address.addrlen = size;
    given = *std::move(made);
    replaced = plain.get();
    return plain.release();
}

// out: false: the connection cannot be used
bool Exchange::Slot::swap() {
    listener.reset();
    const Fd by = std::exchange(given, Fd());
    return !by || ::dup3(by.get(), replaced, O_CLOEXEC) >= 0;
}

void Exchange::Slot::begin(Request what) {
    request = std::move(what);
    answer = {};
    header_bytes = 0;
    too_large = stopped = cancelled = false;
    error[0] = '\0';
    refused.clear();
    given.reset();
    listener.reset();
    curl_slist_free_all(std::exchange(headers, nullptr));
    for (const std::string& header : request.headers) add_header(header.c_str());
    if (request.grpc) {
        add_header("Content-Type: application/grpc");
        add_header("TE: trailers");
        add_header("Accept:");
        add_header("Expect:");
        curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE);
        curl_easy_setopt(easy, CURLOPT_POST, 1L);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, static_cast<long>(request.body.size()));
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.data());
    } else {
        curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
        curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
    }
    // libcurl 7.88, of Debian 12, cannot use an HTTP/2 connection without TLS a second time. A new
    // one costs a fifth of a millisecond here.
    curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, request.grpc ? 1L : 0L);
    curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, request.grpc ? 1L : 0L);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, request.socket.c_str());
    curl_easy_setopt(easy, CURLOPT_URL, ("http://localhost" + request.target).c_str());
    const auto timeout = static_cast<long>(request.timeout.count());
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, timeout);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, timeout == 0 ? 2000L : timeout);
}

std::size_t Exchange::Slot::take(std::string_view data) {
    if (cancelled) return 0;
    if (request.on_data) {
        stopped = !request.on_data(data);
        return stopped ? 0 : data.size();
    }
    too_large = answer.body.size() + data.size() > request.most_bytes;
    if (too_large) return 0;
    answer.body.append(data);
    return data.size();
}

/// Trailers come here too: gRPC's status is one.
std::size_t Exchange::Slot::take_header(std::string_view line) {
    header_bytes += line.size();
    too_large = header_bytes > kMostHeaders;
    if (too_large) return 0;
    constexpr std::string_view kStatus = "grpc-status:", kMessage = "grpc-message:";
    if (same_name(kStatus, line.substr(0, kStatus.size())) && line.size() > kStatus.size()) {
        const std::string_view digits = trimmed(line.substr(kStatus.size()));
        std::from_chars(digits.data(), digits.data() + digits.size(), answer.grpc_status);
    } else if (same_name(kMessage, line.substr(0, kMessage.size())) &&
               line.size() > kMessage.size()) {
        answer.problem = trimmed(line.substr(kMessage.size()));
    }
    return line.size();
}

Exchange::Exchange(std::unique_ptr<State> state) : state_(std::move(state)) {}
Exchange::~Exchange() = default;

Result<std::unique_ptr<Exchange>> Exchange::make(Connect connect) {
    curl_global_init(CURL_GLOBAL_DEFAULT);  // counted, and safe with threads since 7.84
    auto state = std::make_unique<State>();
    state->connect = std::move(connect);
    state->multi = curl_multi_init();
    if (state->multi == nullptr) return Error("libcurl cannot be started");
    if ((curl_version_info(CURLVERSION_NOW)->features & CURL_VERSION_HTTP2) == 0)
        return Error("libcurl was built without HTTP/2, which CRI and containerd speak");
    curl_multi_setopt(state->multi, CURLMOPT_PIPELINING, CURLPIPE_NOTHING);
    curl_multi_setopt(state->multi, CURLMOPT_MAXCONNECTS, 32L);
    return std::unique_ptr<Exchange>(new Exchange(std::move(state)));
}

std::unique_ptr<Exchange::Slot> Exchange::take_slot() {
    if (!state_->idle.empty()) {
        std::unique_ptr<Slot> slot = std::move(state_->idle.back());
        state_->idle.pop_back();
        return slot;
    }
    auto slot = std::make_unique<Slot>(state_->connect);
    slot->set_up();
    return slot;
}

Exchange::Name Exchange::send(Request request) {
    std::unique_ptr<Slot> slot = take_slot();
    slot->begin(std::move(request));
    state_->to_begin.push_back(slot.get());
    slot->name = ++state_->last;
    const Name name = slot->name;
    state_->busy.emplace(name, std::move(slot));
    return name;
}

void Exchange::cancel(Name name) {
    const auto found = state_->busy.find(name);
    if (found == state_->busy.end()) return;
    found->second->cancelled = true;
    state_->to_cancel.push_back(name);
}

void Exchange::carry_out() {
    for (Slot* slot : std::exchange(state_->to_begin, {}))
        curl_multi_add_handle(state_->multi, slot->easy);
    for (const Name name : std::exchange(state_->to_cancel, {})) {
        const auto found = state_->busy.find(name);
        if (found == state_->busy.end()) continue;
        curl_multi_remove_handle(state_->multi, found->second->easy);
        state_->busy.erase(found);
    }
}

void Exchange::finish(Slot& slot, int code) {
    Answer& answer = slot.answer;
    curl_easy_getinfo(slot.easy, CURLINFO_RESPONSE_CODE, &answer.status);
    const auto failure = static_cast<CURLcode>(code);
    if (slot.too_large) {
        answer.kind = Answer::Kind::TooLarge;
        answer.problem = format("its answer is larger than {} bytes", slot.request.most_bytes);
    } else if (failure == CURLE_OK || slot.stopped) {
        answer.kind = Answer::Kind::Answered;
    } else {
        const bool late = failure == CURLE_OPERATION_TIMEDOUT;
        answer.kind = late                  ? Answer::Kind::TimedOut
                      : is_garbage(failure) ? Answer::Kind::Garbage
                                            : Answer::Kind::Failed;
        answer.problem = late ? format("no answer within {} ms", slot.request.timeout.count())
                         : !slot.refused.empty() ? slot.refused
                         : slot.error[0] != '\0' ? std::string(slot.error)
                                                 : curl_easy_strerror(failure);
    }
}

void Exchange::collect() {
    int left = 0;
    while (CURLMsg* message = curl_multi_info_read(state_->multi, &left)) {
        if (message->msg != CURLMSG_DONE) continue;
        CURL* easy = message->easy_handle;
        const CURLcode code = message->data.result;
        Slot* which = nullptr;
        curl_easy_getinfo(easy, CURLINFO_PRIVATE, &which);
        const auto found = state_->busy.find(which->name);
        if (found == state_->busy.end()) continue;
        std::unique_ptr<Slot> slot = std::move(found->second);
        state_->busy.erase(found);
        finish(*slot, code);
        curl_multi_remove_handle(state_->multi, easy);
        if (slot->cancelled) continue;
        const auto done = std::move(slot->request.done);
        Answer answer = std::move(slot->answer);
        slot->request = {};
        if (state_->idle.size() < kMostIdle) state_->idle.push_back(std::move(slot));
        if (done) done(std::move(answer));  // may send and cancel
    }
}

/// out: is there more to begin
bool Exchange::perform() {
    int running = 0;
    carry_out();
    curl_multi_perform(state_->multi, &running);
    collect();
    return !state_->to_begin.empty();
}

void Exchange::turn(std::chrono::milliseconds most) {
    if (!perform())
        curl_multi_poll(state_->multi, nullptr, 0, static_cast<int>(most.count()), nullptr);
    for (int k = 0; k < kMostRounds && perform(); ++k) {
    }
}

void Exchange::wake() noexcept { curl_multi_wakeup(state_->multi); }

}  // namespace sensor::runtimes
