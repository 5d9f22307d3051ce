// SPDX-License-Identifier: Apache-2.0
// An alert as one log record of OTLP/JSON, and requests of such records. The record is made by the
// formatting thread, the request by the otlp channel.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "output/alert.hpp"

namespace sensor::output {

/// One element of `logRecords`. body: the line as other channels print it
/// Priorities take the severities that OpenTelemetry's data model gives those of syslog.
std::string otlp_record(const Alert& alert, const std::string& body, std::uint64_t now_ns);

/// What stands before the first record of a request: resource and scope. The records follow, with a
/// comma between them, and kOtlpEnd.
std::string otlp_begin(const std::string& hostname,
                       const std::map<std::string, std::string>& resource);
inline constexpr std::string_view kOtlpEnd = "]}]}]}";

/// How many records an answer says were rejected, and why. Anything that is no such answer: none
struct OtlpRejected {
    std::uint64_t records = 0;
    std::string why;
};
OtlpRejected otlp_rejected(std::string_view answer);

}  // namespace sensor::output
