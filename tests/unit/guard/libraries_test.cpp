// SPDX-License-Identifier: Apache-2.0
// The libraries that outputs are made of, behind the filter, each of their calls deadly that is not
// in the table: names are looked up, connections made, a broker spoken with.
#include <curl/curl.h>
#include <librdkafka/rdkafka.h>

#include <cstdlib>
#include <cstring>
#include <ctime>

#include "guard/process.hpp"
#include "guard/seccomp.hpp"
#include "in_child.hpp"

using namespace sensor;
using namespace guard_test;

namespace {

int restrain_fatally(guard::Profile profile) {
    ::setenv("FALCO_EBPF_SECCOMP", "fatal", 1);
    return guard::refuse_other_calls(profile) ? 0 : 100;
}

/// A refused connection is the answer of this machine, after all that comes before it.
int post_to_nobody(const char* url) {
    if (::curl_global_init(CURL_GLOBAL_ALL) != CURLE_OK) return 1;
    CURL* const easy = ::curl_easy_init();
    CURLM* const multi = ::curl_multi_init();
    if (easy == nullptr || multi == nullptr) return 2;
    ::curl_easy_setopt(easy, CURLOPT_URL, url);
    ::curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    ::curl_easy_setopt(easy, CURLOPT_POSTFIELDS, "{}");
    ::curl_easy_setopt(easy, CURLOPT_TIMEOUT, 10L);
    ::curl_multi_add_handle(multi, easy);
    int running = 1;
    while (running != 0) {
        ::curl_multi_perform(multi, &running);
        if (running != 0) ::curl_multi_poll(multi, nullptr, 0, 100, nullptr);
    }
    int left = 0;
    const CURLMsg* const message = ::curl_multi_info_read(multi, &left);
    const CURLcode code = message == nullptr ? CURLE_OK : message->data.result;
    ::curl_multi_remove_handle(multi, easy);
    ::curl_easy_cleanup(easy);
    ::curl_multi_cleanup(multi);
    return code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST ? 0 : 3;
}

void set(rd_kafka_conf_t* conf, const char* name, const char* value) {
    char error[200];
    ::rd_kafka_conf_set(conf, name, value, error, sizeof error);
}

void note_delivery(rd_kafka_t*, const rd_kafka_message_t* message, void* delivered) {
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) *static_cast<int*>(delivered) = 1;
}

/// One message to a broker that the library plays itself, over a real connection.
int produce() {
    int delivered = 0;
    char error[200];
    rd_kafka_conf_t* const conf = ::rd_kafka_conf_new();
    set(conf, "test.mock.num.brokers", "1");
    set(conf, "compression.codec", "zstd");
    ::rd_kafka_conf_set_opaque(conf, &delivered);
    ::rd_kafka_conf_set_dr_msg_cb(conf, note_delivery);
    rd_kafka_t* const producer = ::rd_kafka_new(RD_KAFKA_PRODUCER, conf, error, sizeof error);
    if (producer == nullptr) return 1;
    char text[] = "an alert";
    if (::rd_kafka_producev(producer, RD_KAFKA_V_TOPIC("falco"),
                            RD_KAFKA_V_VALUE(text, sizeof text), RD_KAFKA_V_END) != 0)
        return 2;
    ::rd_kafka_flush(producer, 30'000);
    ::rd_kafka_destroy(producer);
    return delivered == 1 ? 0 : 3;
}

int local_time() {
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    ::localtime_r(&now, &parts);
    char text[100];
    return std::strftime(text, sizeof text, "%c %Z", &parts) > 0 ? 0 : 1;
}

}  // namespace

TEST_CASE("a request over HTTPS, with a name to look up") {
    if (guard::kSanitized) return;
    for (const auto profile : {guard::Profile::Live, guard::Profile::Replay}) {
        CHECK(exit_of([=] {
                  return restrain_fatally(profile) + post_to_nobody("https://localhost:1/");
              }) == 0);
    }
    // No such name: every way to look it up is gone.
    CHECK(exit_of([] {
              return restrain_fatally(guard::Profile::Live) +
                     post_to_nobody("http://nothing.invalid:1/");
          }) == 0);
}

TEST_CASE("a message to a Kafka broker") {
    if (guard::kSanitized) return;
    CHECK(exit_of([] { return restrain_fatally(guard::Profile::Live) + produce(); }) == 0);
}

TEST_CASE("times are told in the local zone") {
    if (guard::kSanitized) return;
    CHECK(exit_of([] { return restrain_fatally(guard::Profile::Replay) + local_time(); }) == 0);
}
