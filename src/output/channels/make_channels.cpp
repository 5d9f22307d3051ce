// SPDX-License-Identifier: Apache-2.0
// The channels that the configuration enables, in the order in which the peer names them.
#include "base/log.hpp"
#include "output/channel.hpp"

namespace sensor::output {
namespace {

void add(std::vector<ChannelPtr>& channels, const char* name, Result<ChannelPtr> made) {
    if (made) {
        channels.push_back(std::move(*made));
    } else {
        log::error("{}: {}; this output is left out", name, made.error().text);
    }
}

}  // namespace

std::vector<ChannelPtr> make_channels(const OutputOptions& options) {
    std::vector<ChannelPtr> channels;
    const AlertFormat& how = options.format;
    if (options.file) channels.push_back(make_file(*options.file));
    if (options.standard) channels.push_back(make_stdout(*options.standard));
    if (options.syslog) channels.push_back(make_syslog(*options.syslog));
    if (options.program) channels.push_back(make_program(*options.program));
    if (options.http) add(channels, "http", make_http(*options.http, how.json));
    if (options.kafka) add(channels, "kafka", make_kafka(*options.kafka, how.hostname));
    if (options.otlp) add(channels, "otlp", make_otlp(*options.otlp, how.hostname));
    return channels;
}

}  // namespace sensor::output
