// SPDX-License-Identifier: Apache-2.0
// OutputOptions: what the configuration says of the way of alerts: their form, the queue before the
// channels, and each channel. A channel that has no value is not enabled.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/program_starter.hpp"

namespace sensor::output {

struct AlertFormat {
    bool json = false;
    bool iso8601 = false;        ///< event time as ISO 8601 UTC instead of local time of day
    bool include_output = true;  ///< JSON keys
    bool include_message = false;
    bool include_output_fields = true;
    bool include_tags = true;
    std::string hostname;
    friend bool operator==(const AlertFormat&, const AlertFormat&) = default;
};

struct StdoutOptions {
    bool flush_each = true;
    bool colour = false;  ///< by priority; only sensible on a terminal
    friend bool operator==(const StdoutOptions&, const StdoutOptions&) = default;
};

struct SyslogOptions {
    std::string ident;                ///< empty: the program's name, as it was called
    std::string socket = "/dev/log";  ///< a datagram socket
    friend bool operator==(const SyslogOptions&, const SyslogOptions&) = default;
};

struct FileOptions {
    std::string filename;
    bool keep_alive = false;  ///< stays open between alerts
    bool flush_each = true;
    friend bool operator==(const FileOptions&, const FileOptions&) = default;
};

struct ProgramOptions {
    std::string program;      ///< a command line for the shell
    bool keep_alive = false;  ///< one process for all alerts, else one for each
    bool flush_each = true;
    ProgramStarter* starter = nullptr;  ///< who starts it, borrowed; null: this process itself
    friend bool operator==(const ProgramOptions&, const ProgramOptions&) = default;
};

/// TLS of an outgoing connection. The first that is set of ca_cert, ca_bundle, ca_path is used.
struct TlsOptions {
    bool insecure = false;  ///< neither certificate nor name of the server are checked
    std::string ca_cert, ca_bundle, ca_path = "/etc/ssl/certs";
    bool mtls = false;
    std::string client_cert = "/etc/ssl/certs/client.crt";
    std::string client_key = "/etc/ssl/certs/client.key";
    friend bool operator==(const TlsOptions&, const TlsOptions&) = default;
};

struct HttpOptions {
    std::string url;
    std::string user_agent = "falcosecurity/falco";
    TlsOptions tls;
    bool echo = false;              ///< the answer goes to standard output
    bool compress_uploads = false;  ///< gzip
    bool keep_alive = false;        ///< TCP probes
    /// Attempts after a time-out before the receiver counts as away, as any other failure does at
    /// once; what then waits, waits for it to come back.
    std::uint32_t max_consecutive_timeouts = 5;
    std::uint32_t timeout_ms = 10000;  ///< of one request
    std::uint32_t in_flight = 8;       ///< requests at once
    std::map<std::string, std::string> headers;
    friend bool operator==(const HttpOptions&, const HttpOptions&) = default;
};

struct KafkaOptions {
    std::string brokers;  ///< "host:port,host:port"
    std::string topic = "falco";
    std::map<std::string, std::string> properties;  ///< of librdkafka, by its names
    friend bool operator==(const KafkaOptions&, const KafkaOptions&) = default;
};

/// Log records over OTLP/HTTP with JSON.
struct OtlpOptions {
    std::string url;  ///< as a rule ends in /v1/logs
    TlsOptions tls;
    bool compress_uploads = true;
    std::uint32_t timeout_ms = 10000;
    std::uint32_t batch = 512;  ///< most records of one request
    std::map<std::string, std::string> headers;
    std::map<std::string, std::string> resource;  ///< attributes beside host.name, service.name
    friend bool operator==(const OtlpOptions&, const OtlpOptions&) = default;
};

/// Where alerts wait that a channel is too slow for, or that are left at the end.
struct SpoolOptions {
    std::string folder = "/var/spool/falco-ebpf";  ///< empty: there is no spool
    std::uint64_t most_mb = 256;                   ///< of one channel
    friend bool operator==(const SpoolOptions&, const SpoolOptions&) = default;
};

/// Identical alerts of a window of time become one.
struct AggregationOptions {
    std::uint32_t window_ms = 0;  ///< 0: each alert is sent for itself
    std::uint32_t most = 4096;    ///< different alerts that are held; beyond it each is sent
    friend bool operator==(const AggregationOptions&, const AggregationOptions&) = default;
};

struct OutputOptions {
    AlertFormat format;
    std::size_t queue_alerts = 0;       ///< outputs_queue.capacity, 0: as many as fit queue_mb
    std::uint32_t queue_mb = 16;        ///< memory of all that waits for channels
    std::uint32_t timeout_ms = 2000;    ///< output_timeout: a channel that takes longer is said
    double rate = 0, max_burst = 1000;  ///< outputs.*: alerts a second; rate 0: any number
    AggregationOptions aggregation;
    SpoolOptions spool;
    std::optional<StdoutOptions> standard;
    std::optional<SyslogOptions> syslog;
    std::optional<FileOptions> file;
    std::optional<ProgramOptions> program;
    std::optional<HttpOptions> http;
    std::optional<KafkaOptions> kafka;
    std::optional<OtlpOptions> otlp;

    bool any_channel() const {
        return standard || syslog || file || program || http || kafka || otlp;
    }
    friend bool operator==(const OutputOptions&, const OutputOptions&) = default;
};

}  // namespace sensor::output
