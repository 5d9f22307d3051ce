// SPDX-License-Identifier: Apache-2.0
// librdkafka's mock cluster with a consumer beside it: every message of the topic becomes a line
// "KEY<tab>VALUE" of the file. Prints the brokers' addresses; then commands on standard input:
// down, up (the broker), quit.
//
//   kafka_mock TOPIC FILE
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <atomic>
#include <cstdio>
#include <iostream>
#include <string>
#include <thread>

namespace {

constexpr int kRoundTripMs = 50;

rd_kafka_t* make(rd_kafka_type_t type, const std::string& brokers) {
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    char why[256];
    const auto set = [&](const char* key, const char* value) {
        if (rd_kafka_conf_set(conf, key, value, why, sizeof why) != RD_KAFKA_CONF_OK)
            std::puts(why);
    };
    if (!brokers.empty()) set("bootstrap.servers", brokers.c_str());
    if (type == RD_KAFKA_CONSUMER) {
        set("group.id", "test");
        set("auto.offset.reset", "earliest");
        set("enable.auto.commit", "false");
        set("reconnect.backoff.max.ms", "100");
        set("fetch.error.backoff.ms", "50");
    }
    rd_kafka_conf_set_log_cb(conf, [](const rd_kafka_t*, int, const char*, const char*) {});
    return rd_kafka_new(type, conf, why, sizeof why);
}

void consume(rd_kafka_t* consumer, const char* topic, std::FILE* file, std::atomic<bool>& over) {
    rd_kafka_topic_partition_list_t* list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, topic, 0)->offset = RD_KAFKA_OFFSET_BEGINNING;
    rd_kafka_assign(consumer, list);
    rd_kafka_topic_partition_list_destroy(list);
    while (!over) {
        rd_kafka_message_t* message = rd_kafka_consumer_poll(consumer, 100);
        if (message == nullptr) {
            std::fflush(file);
            continue;
        }
        if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR)
            std::fprintf(file, "%.*s\t%.*s\n", static_cast<int>(message->key_len),
                         static_cast<const char*>(message->key), static_cast<int>(message->len),
                         static_cast<const char*>(message->payload));
        rd_kafka_message_destroy(message);
    }
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 3) return 2;
    rd_kafka_t* owner = make(RD_KAFKA_PRODUCER, "");
    rd_kafka_mock_cluster_t* cluster = rd_kafka_mock_cluster_new(owner, 1);
    rd_kafka_mock_topic_create(cluster, arguments[1], 1, 1);
    // The cluster keeps 5 MB: slow enough that the consumer, too, is back before those are full.
    rd_kafka_mock_broker_set_rtt(cluster, -1, kRoundTripMs);
    const std::string brokers = rd_kafka_mock_cluster_bootstraps(cluster);
    rd_kafka_t* consumer = make(RD_KAFKA_CONSUMER, brokers);
    std::FILE* file = std::fopen(arguments[2], "w");
    std::atomic<bool> over{false};
    std::thread reader([&] { consume(consumer, arguments[1], file, over); });
    std::puts(brokers.c_str());
    std::fflush(stdout);
    for (std::string command; std::getline(std::cin, command) && command != "quit";) {
        if (command == "down") rd_kafka_mock_broker_set_down(cluster, 1);
        if (command == "up") rd_kafka_mock_broker_set_up(cluster, 1);
        std::puts("done");
        std::fflush(stdout);
    }
    over = true;
    reader.join();
    std::fclose(file);
    std::_Exit(0);  // what is left to be freed only takes time
}
