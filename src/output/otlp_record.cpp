// SPDX-License-Identifier: Apache-2.0
#include "output/otlp_record.hpp"

#include <array>
#include <charconv>

namespace sensor::output {
namespace {

using Json = nlohmann::json;

/// Of Emergency, Alert, ... Debug.
constexpr std::array<int, 8> kSeverity{21, 19, 18, 17, 13, 10, 9, 5};

Json of_text(const std::string& text) { return {{"stringValue", text}}; }

/// A value of a field as OTLP's AnyValue: 64-bit numbers are texts there.
Json of_value(const Json& value) {
    switch (value.type()) {
        case Json::value_t::boolean: return {{"boolValue", value}};
        case Json::value_t::number_integer:
        case Json::value_t::number_unsigned: return {{"intValue", value.dump()}};
        case Json::value_t::number_float: return {{"doubleValue", value}};
        case Json::value_t::string: return {{"stringValue", value}};
        case Json::value_t::array: {
            Json list = Json::array();
            for (const Json& one : value) list.push_back(of_value(one));
            return {{"arrayValue", {{"values", std::move(list)}}}};
        }
        default: return of_text(json_line(value));
    }
}

Json attribute(const std::string& key, Json value) {
    return {{"key", key}, {"value", std::move(value)}};
}

}  // namespace

std::string otlp_record(const Alert& alert, const std::string& body, std::uint64_t now_ns) {
    Json attributes = Json::array();
    attributes.push_back(attribute("falco.rule", of_text(alert.rule)));
    attributes.push_back(attribute("falco.source", of_text(alert.source)));
    if (alert.source != "internal")
        attributes.push_back(attribute("falco.tags", of_value(Json(alert.tags))));
    if (alert.fields.is_object()) {
        for (const auto& [key, value] : alert.fields.items()) {
            if (value.is_null()) continue;  // no value is no attribute
            attributes.push_back(attribute("falco.output_fields." + key, of_value(value)));
        }
    }
    const Json record{{"timeUnixNano", std::to_string(alert.ts_ns)},
                      {"observedTimeUnixNano", std::to_string(now_ns)},
                      {"severityNumber", kSeverity[static_cast<std::size_t>(alert.priority)]},
                      {"severityText", rules::to_text(alert.priority)},
                      {"body", of_text(body)},
                      {"attributes", std::move(attributes)}};
    return json_line(record);
}

std::string otlp_begin(const std::string& hostname,
                       const std::map<std::string, std::string>& resource) {
    std::map<std::string, std::string> all{{"host.name", hostname}, {"service.name", "falco-ebpf"}};
    for (const auto& [key, value] : resource) all[key] = value;
    Json attributes = Json::array();
    for (const auto& [key, value] : all) attributes.push_back(attribute(key, of_text(value)));
    return R"({"resourceLogs":[{"resource":{"attributes":)" + json_line(attributes) +
           R"(},"scopeLogs":[{"scope":{"name":"falco-ebpf","version":")" SENSOR_VERSION
           R"("},"logRecords":[)";
}

OtlpRejected otlp_rejected(std::string_view answer) {
    const Json parsed = Json::parse(answer, nullptr, false);
    if (!parsed.is_object()) return {};
    const auto partial = parsed.find("partialSuccess");
    if (partial == parsed.end() || !partial->is_object()) return {};
    OtlpRejected rejected;
    const Json count = partial->value("rejectedLogRecords", Json());
    if (count.is_number_unsigned()) rejected.records = count.get<std::uint64_t>();
    if (count.is_string()) {
        const auto& text = count.get_ref<const std::string&>();
        std::from_chars(text.data(), text.data() + text.size(), rejected.records);
    }
    const Json why = partial->value("errorMessage", Json());
    if (why.is_string()) rejected.why = why.get<std::string>();
    return rejected;
}

}  // namespace sensor::output
