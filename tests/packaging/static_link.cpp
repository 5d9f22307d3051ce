// SPDX-License-Identifier: Apache-2.0
// static_link URL CA_FILE: fetches the URL over TLS, makes a Kafka producer and looks a name up,
// each from a static program, where libraries like to find something missing only as they run.
// Prints what it used; exit 1 and the reason if one does not work. Run by roots_test.py in an empty
// root.
#include <curl/curl.h>
#include <librdkafka/rdkafka.h>
#include <netdb.h>

#include <array>
#include <cstdio>
#include <memory>
#include <utility>

namespace {

bool fetches(const char* url, const char* ca_file) {
    const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> easy(curl_easy_init(),
                                                                   curl_easy_cleanup);
    std::array<char, CURL_ERROR_SIZE> reason{};
    curl_easy_setopt(easy.get(), CURLOPT_URL, url);
    curl_easy_setopt(easy.get(), CURLOPT_CAINFO, ca_file);
    curl_easy_setopt(easy.get(), CURLOPT_NOBODY, 1L);
    curl_easy_setopt(easy.get(), CURLOPT_ERRORBUFFER, reason.data());
    if (curl_easy_perform(easy.get()) == CURLE_OK) return true;
    std::printf("curl: %s\n", reason.data());
    return false;
}

bool produces() {
    std::array<char, 256> reason{};
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    for (const auto& [name, value] : {std::pair{"security.protocol", "sasl_ssl"},
                                      {"sasl.mechanism", "SCRAM-SHA-512"},
                                      {"sasl.username", "u"},
                                      {"sasl.password", "p"},
                                      {"compression.codec", "zstd"},
                                      {"bootstrap.servers", "localhost:1"}}) {
        if (rd_kafka_conf_set(conf, name, value, reason.data(), reason.size()) !=
            RD_KAFKA_CONF_OK) {
            std::printf("kafka: %s\n", reason.data());
            return false;
        }
    }
    rd_kafka_t* producer = rd_kafka_new(RD_KAFKA_PRODUCER, conf, reason.data(), reason.size());
    if (producer == nullptr) {
        std::printf("kafka: %s\n", reason.data());
        return false;
    }
    rd_kafka_destroy(producer);
    return true;
}

bool looks_up() {
    addrinfo* found = nullptr;
    const int failed = ::getaddrinfo("receiver.test", "514", nullptr, &found);
    if (failed != 0) {
        std::printf("getaddrinfo: %s\n", gai_strerror(failed));
        return false;
    }
    ::freeaddrinfo(found);
    return true;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3 || curl_global_init(CURL_GLOBAL_ALL) != CURLE_OK) return 2;
    std::printf("%s, librdkafka/%s\n", curl_version(), rd_kafka_version_str());
    const bool good = fetches(argv[1], argv[2]);
    return produces() && looks_up() && good ? 0 : 1;
}
