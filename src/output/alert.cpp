// SPDX-License-Identifier: Apache-2.0
#include "output/alert.hpp"

#include <ctime>

#include "base/log.hpp"

namespace sensor::output {
namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;

std::tm broken_down(std::uint64_t ts_ns, bool utc) {
    const auto seconds = static_cast<std::time_t>(ts_ns / kSecond);
    std::tm parts{};
    if (utc) {
        gmtime_r(&seconds, &parts);
    } else {
        localtime_r(&seconds, &parts);
    }
    return parts;
}

std::string utc_text(std::uint64_t ts_ns, std::string_view zone) {
    const std::tm t = broken_down(ts_ns, true);
    return format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:09}{}", t.tm_year + 1900, t.tm_mon + 1,
                  t.tm_mday, t.tm_hour, t.tm_min, t.tm_sec, ts_ns % kSecond, zone);
}

std::string full_text(const Alert& alert, const AlertFormat& how) {
    return format("{}: {} {}", time_text(alert.ts_ns, how.iso8601), rules::to_text(alert.priority),
                  alert.message);
}

/// A message of the sensor itself: "... (k=1 k="text")".
std::string own_line(const Alert& alert) {
    std::string values;
    for (const auto& [key, value] : alert.fields.items())
        values += (values.empty() ? "" : " ") + key + "=" + json_line(value);
    return full_text(alert, {}) + (values.empty() ? "" : " (" + values + ")");
}

}  // namespace

std::string time_text(std::uint64_t ts_ns, bool iso8601) {
    if (iso8601) return utc_text(ts_ns, "+0000");
    const std::tm t = broken_down(ts_ns, false);
    return format("{:02}:{:02}:{:02}.{:09}", t.tm_hour, t.tm_min, t.tm_sec, ts_ns % kSecond);
}

std::string to_line(const Alert& alert, const AlertFormat& how) {
    if (!how.json) {
        if (alert.source == "internal") return own_line(alert);
        const std::string quoted = json_line(full_text(alert, how));
        return quoted.substr(1, quoted.size() - 2);
    }
    nlohmann::json object;
    object["hostname"] = how.hostname;
    object["priority"] = rules::to_text(alert.priority);
    object["rule"] = alert.rule;
    object["source"] = alert.source;
    object["time"] = utc_text(alert.ts_ns, "Z");
    if (how.include_output) object["output"] = full_text(alert, how);
    if (how.include_message) object["message"] = alert.message;
    if (how.include_tags && alert.source != "internal") object["tags"] = alert.tags;
    if (how.include_output_fields) {
        nlohmann::json fields = alert.fields.is_object() ? alert.fields : nlohmann::json::object();
        if (alert.source != "internal")
            fields[how.iso8601 ? "evt.time.iso8601" : "evt.time"] = alert.ts_ns;
        object["output_fields"] = std::move(fields);
    }
    return json_line(object);
}

}  // namespace sensor::output
