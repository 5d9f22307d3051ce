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

/// Adds `"key":value`; keys come in their order.
void add(std::string& object, std::string_view key, std::string_view value) {
    if (object.size() > 1) object += ',';
    ((object += '"') += key) += "\":";
    object += value;
}

/// The fields with the time among them, without a copy of all of them.
std::string fields_object(const Alert& alert, const AlertFormat& how) {
    const std::string_view time_key = how.iso8601 ? "evt.time.iso8601" : "evt.time";
    bool timed = alert.source == "internal";
    std::string object = "{";
    const auto add_time = [&] {
        add(object, time_key, std::to_string(alert.ts_ns));
        timed = true;
    };
    if (alert.fields.is_object()) {
        for (const auto& [key, value] : alert.fields.items()) {
            if (!timed && key > time_key) add_time();
            if (alert.source != "internal" && key == time_key) continue;
            if (object.size() > 1) object += ',';
            (object += json_line(key)) += ':';
            object += json_line(value);
        }
    }
    if (!timed) add_time();
    return object += '}';
}

std::string json_object(const Alert& alert, const AlertFormat& how) {
    std::string object = "{";
    add(object, "hostname", json_line(how.hostname));
    if (alert.incomplete) add(object, "incomplete", "true");
    if (how.include_message) add(object, "message", json_line(alert.message));
    if (how.include_output) add(object, "output", json_line(full_text(alert, how)));
    if (how.include_output_fields) add(object, "output_fields", fields_object(alert, how));
    add(object, "priority", json_line(std::string(rules::to_text(alert.priority))));
    add(object, "rule", json_line(alert.rule));
    add(object, "source", json_line(alert.source));
    if (how.include_tags && alert.source != "internal")
        add(object, "tags", json_line(nlohmann::json(alert.tags)));
    add(object, "time", '"' + utc_text(alert.ts_ns, "Z") + '"');
    return object += '}';
}

}  // namespace

Alert internal_alert(std::uint64_t ts_ns, rules::Priority priority, std::string rule,
                     std::string message) {
    Alert alert;
    alert.ts_ns = ts_ns;
    alert.priority = priority;
    alert.rule = std::move(rule);
    alert.source = "internal";
    alert.message = std::move(message);
    alert.fields = nlohmann::json::object();
    return alert;
}

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
    return json_object(alert, how);
}

}  // namespace sensor::output
