// SPDX-License-Identifier: Apache-2.0
// Alerts to a Kafka topic; the key is the host's name, so that one host's alerts stay in order.
// What the broker reports for each message decides. A call ends when every message has its report;
// one without a broker gets its report after message.timeout.ms, here 5 s unless a property says
// other.
#include <librdkafka/rdkafka.h>

#include <mutex>

#include "base/log.hpp"
#include "output/channel.hpp"

namespace sensor::output {
namespace {

constexpr std::size_t kBatch = 1000;
constexpr int kPollMs = 50;

struct Free {
    void operator()(rd_kafka_t* kafka) const { rd_kafka_destroy(kafka); }
    void operator()(rd_kafka_conf_t* conf) const { rd_kafka_conf_destroy(conf); }
};
using ConfPtr = std::unique_ptr<rd_kafka_conf_t, Free>;

/// Is it the message itself that no broker will take?
bool is_for_good(rd_kafka_resp_err_t error) {
    return error == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE ||
           error == RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE || error == RD_KAFKA_RESP_ERR_INVALID_MSG ||
           error == RD_KAFKA_RESP_ERR_INVALID_RECORD;
}

class KafkaChannel final : public Channel {
public:
    KafkaChannel(const KafkaOptions& options, std::string hostname)
        : options_(options), hostname_(std::move(hostname)) {}

    std::string_view name() const override { return "kafka"; }
    Traits traits() const override { return {kBatch, false, Form::Text}; }

    /// What librdkafka says of these options. fails: if they can never work
    Result<> check() const {
        if (options_.brokers.empty() && !options_.properties.contains("bootstrap.servers"))
            return Error("no brokers are given");
        SENSOR_TRY(const ConfPtr conf, settings());
        return Ok{};
    }

    Sent send(std::span<const LinePtr> lines, const Patience& patience) override {
        Sent sent(lines.size());
        if (const Result<> ready = start(); !ready) {
            sent.problem = ready.error().text;
            return sent;
        }
        round_ = {&sent, 0, &patience};
        for (std::size_t k = 0; k < lines.size(); ++k) produce(*lines[k], k, sent);
        bool purged = false;
        while (round_.open > 0) {
            rd_kafka_poll(kafka_.get(), kPollMs);
            if (!purged && patience.stopped()) {
                rd_kafka_purge(kafka_.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
                purged = true;
            }
        }
        if (rd_kafka_fatal_error(kafka_.get(), nullptr, 0) != RD_KAFKA_RESP_ERR_NO_ERROR)
            kafka_.reset();  // this producer sends nothing any more; the next call makes another
        return sent;
    }

private:
    struct Round {
        Sent* sent = nullptr;
        std::size_t open = 0;  // messages without a report
        const Patience* patience = nullptr;
    };

    Result<ConfPtr> settings() const {
        ConfPtr conf(rd_kafka_conf_new());
        std::map<std::string, std::string> all{{"bootstrap.servers", options_.brokers},
                                               {"client.id", "falco-ebpf"},
                                               {"enable.idempotence", "true"},
                                               {"message.timeout.ms", "5000"},
                                               {"linger.ms", "2"}};
        for (const auto& [key, value] : options_.properties) all[key] = value;
        for (const auto& [key, value] : all) {
            char why[256] = {};
            if (rd_kafka_conf_set(conf.get(), key.c_str(), value.c_str(), why, sizeof why) !=
                RD_KAFKA_CONF_OK)
                return Error(why);
        }
        rd_kafka_conf_set_dr_msg_cb(conf.get(), &on_report);
        rd_kafka_conf_set_log_cb(conf.get(), &on_log);
        return conf;
    }

    Result<> start() {
        if (kafka_) return Ok{};
        SENSOR_TRY(ConfPtr conf, settings());
        rd_kafka_conf_set_opaque(conf.get(), this);
        char why[256] = {};
        kafka_.reset(rd_kafka_new(RD_KAFKA_PRODUCER, conf.get(), why, sizeof why));
        if (!kafka_) return Error(std::string("cannot make a producer: ") + why);
        (void)conf.release();  // is the producer's now
        return Ok{};
    }

    void produce(const Line& line, std::size_t at, Sent& sent) {
        void* const tag = reinterpret_cast<void*>(at);  // NOLINT(performance-no-int-to-ptr)
        const rd_kafka_resp_err_t error = rd_kafka_producev(
            kafka_.get(), RD_KAFKA_V_TOPIC(options_.topic.c_str()),
            RD_KAFKA_V_KEY(hostname_.data(), hostname_.size()),
            RD_KAFKA_V_VALUE(const_cast<char*>(line.text.data()), line.text.size()),
            RD_KAFKA_V_OPAQUE(tag), RD_KAFKA_V_END);
        if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
            ++round_.open;
            return;
        }
        sent.problem = rd_kafka_err2str(error);
        if (is_for_good(error)) sent.verdicts[at] = Verdict::Refused;
    }

    static void on_report(rd_kafka_t*, const rd_kafka_message_t* message, void* self) {
        static_cast<KafkaChannel*>(self)->report(*message);
    }

    void report(const rd_kafka_message_t& message) {
        const auto at = reinterpret_cast<std::uintptr_t>(message._private);
        --round_.open;
        round_.patience->going_on();
        if (message.err == RD_KAFKA_RESP_ERR_NO_ERROR) {
            round_.sent->verdicts[at] = Verdict::Delivered;
            return;
        }
        round_.sent->problem = rd_kafka_err2str(message.err);
        if (is_for_good(message.err)) round_.sent->verdicts[at] = Verdict::Refused;
    }

    static void on_log(const rd_kafka_t*, int, const char* where, const char* text) {
        log::debug("kafka: {}: {}", where, text);
    }

    const KafkaOptions options_;
    const std::string hostname_;
    Round round_;
    std::unique_ptr<rd_kafka_t, Free> kafka_;
};

}  // namespace

Result<ChannelPtr> make_kafka(const KafkaOptions& options, const std::string& hostname) {
    auto made = std::make_unique<KafkaChannel>(options, hostname);
    SENSOR_TRY_OK(made->check());
    return ChannelPtr(std::move(made));
}

}  // namespace sensor::output
