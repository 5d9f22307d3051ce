// SPDX-License-Identifier: Apache-2.0
// The outputs alone, without eBPF: posts numbered alerts as detection would, and says what became
// of them. Options as OutputOptions has them; commands on standard input, an answer line of JSON
// each.
//
//   outputs_harness KEY=VALUE...
//   post COUNT RATE   posts so many alerts, so many a second (0: as fast as it goes), in the
//   background posted            waits for that: {"posted", "seconds", "worst_post_us"} stats
//   counts by channel, memory reopen            as SIGUSR1 close             the end: stats once
//   more
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>

#include "output/dispatch.hpp"

namespace {

using namespace sensor::output;
using Clock = std::chrono::steady_clock;
using Json = nlohmann::json;

std::uint32_t number(const std::string& text) {
    return static_cast<std::uint32_t>(std::stoul(text));
}

using Setters = std::map<std::string, std::function<void(OutputOptions&, const std::string&)>>;

HttpOptions& http(OutputOptions& o) { return o.http ? *o.http : o.http.emplace(); }
OtlpOptions& otlp(OutputOptions& o) { return o.otlp ? *o.otlp : o.otlp.emplace(); }
KafkaOptions& kafka(OutputOptions& o) { return o.kafka ? *o.kafka : o.kafka.emplace(); }
FileOptions& file(OutputOptions& o) { return o.file ? *o.file : o.file.emplace(); }
ProgramOptions& program(OutputOptions& o) { return o.program ? *o.program : o.program.emplace(); }

const Setters& setters() {
    using O = OutputOptions;
    using T = const std::string;
    static const Setters all{
        {"json", [](O& o, T& v) { o.format.json = v == "1"; }},
        {"hostname", [](O& o, T& v) { o.format.hostname = v; }},
        {"queue_mb", [](O& o, T& v) { o.queue_mb = number(v); }},
        {"timeout_ms", [](O& o, T& v) { o.timeout_ms = number(v); }},
        {"spool", [](O& o, T& v) { o.spool.folder = v; }},
        {"spool_mb", [](O& o, T& v) { o.spool.most_mb = number(v); }},
        {"file", [](O& o, T& v) { file(o).filename = v; }},
        {"file.keep_alive", [](O& o, T& v) { file(o).keep_alive = v == "1"; }},
        {"syslog", [](O& o, T& v) { o.syslog = SyslogOptions{"falco-test", v}; }},
        {"program", [](O& o, T& v) { program(o).program = v; }},
        {"program.keep_alive", [](O& o, T& v) { program(o).keep_alive = v == "1"; }},
        {"http", [](O& o, T& v) { http(o).url = v; }},
        {"http.ca_cert", [](O& o, T& v) { http(o).tls.ca_cert = v; }},
        {"http.insecure", [](O& o, T& v) { http(o).tls.insecure = v == "1"; }},
        {"http.mtls", [](O& o, T& v) { http(o).tls.mtls = v == "1"; }},
        {"http.client_cert", [](O& o, T& v) { http(o).tls.client_cert = v; }},
        {"http.client_key", [](O& o, T& v) { http(o).tls.client_key = v; }},
        {"http.compress", [](O& o, T& v) { http(o).compress_uploads = v == "1"; }},
        {"http.echo", [](O& o, T& v) { http(o).echo = v == "1"; }},
        {"http.timeout_ms", [](O& o, T& v) { http(o).timeout_ms = number(v); }},
        {"http.timeouts", [](O& o, T& v) { http(o).max_consecutive_timeouts = number(v); }},
        {"http.in_flight", [](O& o, T& v) { http(o).in_flight = number(v); }},
        {"http.header", [](O& o, T& v) { http(o).headers["X-Test"] = v; }},
        {"kafka", [](O& o, T& v) { kafka(o).brokers = v; }},
        {"kafka.topic", [](O& o, T& v) { kafka(o).topic = v; }},
        {"otlp", [](O& o, T& v) { otlp(o).url = v; }},
        {"otlp.batch", [](O& o, T& v) { otlp(o).batch = number(v); }},
        {"otlp.ca_cert", [](O& o, T& v) { otlp(o).tls.ca_cert = v; }},
    };
    return all;
}

std::uint64_t rss_kb() {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("VmRSS:")) return std::stoull(line.substr(6));
    return 0;
}

Json to_json(const DispatchStats& stats) {
    Json channels = Json::object();
    for (const ChannelStats& one : stats.channels) {
        Json dropped = Json::object();
        for (std::size_t k = 0; k < kDropReasons.size(); ++k)
            if (one.dropped[k] != 0) dropped[std::string(kDropReasons[k])] = one.dropped[k];
        channels[one.name] = {{"delivered", one.delivered},
                              {"refused", one.refused},
                              {"dropped", dropped},
                              {"waiting", one.waiting},
                              {"spooled", one.spooled},
                              {"spool_waiting", one.spool_waiting},
                              {"spool_bytes", one.spool_bytes},
                              {"retries", one.retries},
                              {"failing", one.failing},
                              {"last_error", one.last_error}};
    }
    return {{"posted", stats.posted},
            {"dropped_inbox", stats.dropped_inbox},
            {"inbox", stats.inbox},
            {"queue_lines", stats.queue_lines},
            {"queue_bytes", stats.queue_bytes},
            {"rss_kb", rss_kb()},
            {"channels", channels}};
}

Alert alert_of(std::uint64_t number) {
    Alert alert;
    alert.ts_ns = 1'600'000'000'000'000'000 + number;
    alert.priority = sensor::rules::Priority::Warning;
    alert.rule = "Shadow opened";
    alert.source = "syscall";
    alert.tags = {"filesystem", "mitre_credential_access"};
    alert.message = "Shadow opened (seq=" + std::to_string(number) +
                    " user=root command=cat /etc/shadow file=/etc/shadow parent=sh)";
    alert.fields = {
        {"seq", number},      {"fd.name", "/etc/shadow"}, {"proc.cmdline", "cat /etc/shadow"},
        {"proc.pname", "sh"}, {"user.name", "root"},      {"fd.cport", nullptr}};
    return alert;
}

class Poster {
public:
    explicit Poster(Dispatcher& to) : to_(to) {}
    ~Poster() { wait(); }

    void start(std::uint64_t count, double rate) {
        wait();
        thread_ = std::thread([=, this] { post(count, rate); });
    }
    Json wait() {
        if (thread_.joinable()) thread_.join();
        return {{"posted", next_},
                {"seconds", seconds_},
                {"worst_post_us", std::chrono::duration<double, std::micro>(worst_).count()}};
    }

private:
    void post(std::uint64_t count, double rate) {
        const auto begin = Clock::now();
        worst_ = {};
        for (std::uint64_t k = 0; k < count; ++k) {
            if (rate > 0) {
                const std::chrono::duration<double> at(static_cast<double>(k) / rate);
                std::this_thread::sleep_until(begin +
                                              std::chrono::duration_cast<Clock::duration>(at));
            }
            Alert alert = alert_of(next_++);
            const auto before = Clock::now();
            to_.post(std::move(alert));
            worst_ = std::max(worst_, Clock::now() - before);
        }
        seconds_ = std::chrono::duration<double>(Clock::now() - begin).count();
    }

    Dispatcher& to_;
    std::uint64_t next_ = 0;
    double seconds_ = 0;
    Clock::duration worst_{};
    std::thread thread_;
};

void say(const Json& answer) {
    std::puts(answer.dump().c_str());
    std::fflush(stdout);
}

int work(const OutputOptions& options) {
    Dispatcher dispatcher(options, WhenFull::Drop);
    Poster poster(dispatcher);
    for (std::string line; std::getline(std::cin, line);) {
        std::istringstream words(line);
        std::string command;
        words >> command;
        if (command == "post") {
            std::uint64_t count = 0;
            double rate = 0;
            words >> count >> rate;
            poster.start(count, rate);
            say({{"posting", count}});
        } else if (command == "posted") {
            say(poster.wait());
        } else if (command == "stats") {
            say(to_json(dispatcher.stats()));
        } else if (command == "reopen") {
            dispatcher.reopen();
            say({{"reopen", true}});
        } else if (command == "close") {
            break;
        }
    }
    poster.wait();
    dispatcher.close();
    say(to_json(dispatcher.stats()));
    return 0;
}

}  // namespace

int main(int count, char** arguments) {
    OutputOptions options;
    options.spool.folder.clear();
    options.format.hostname = "HOST";
    for (int k = 1; k < count; ++k) {
        const std::string argument = arguments[k];
        const std::size_t cut = argument.find('=');
        const auto found = setters().find(argument.substr(0, cut));
        if (cut == std::string::npos || found == setters().end()) {
            std::fprintf(stderr, "outputs_harness: unknown option '%s'\n", argument.c_str());
            return 2;
        }
        found->second(options, argument.substr(cut + 1));
    }
    return work(options);
}
