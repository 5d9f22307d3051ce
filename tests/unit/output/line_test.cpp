// SPDX-License-Identifier: Apache-2.0
// The forms of an alert: text, JSON, the OTLP record.
#include "output/line.hpp"

#include "output/otlp_record.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/output/fake_channel.hpp"

namespace {

using namespace sensor;
using namespace sensor::output;
using Json = nlohmann::json;

Alert shadow() {
    Alert alert = test_alert("Shadow opened (q=\"x\")", "Shadow opened");
    alert.tags = {"filesystem", "mitre"};
    alert.fields = {
        {"fd.name", "/etc/shadow"},  {"fd.cport", nullptr},          {"proc.pid", -7},
        {"evt.is_open_write", true}, {"fd.types", {"file", "pipe"}}, {"thread.cpu", 0.5}};
    return alert;
}

AlertFormat format_of(bool json) {
    AlertFormat how;
    how.json = json;
    how.iso8601 = true;
    how.hostname = "HOST";
    return how;
}

/// OTLP attributes as a map.
Json attributes(const Json& record) {
    Json found;
    for (const Json& one : record["attributes"])
        found[one["key"].get<std::string>()] = one["value"];
    return found;
}

}  // namespace

TEST_CASE("a text line is escaped like the inside of a JSON string") {
    Alert alert = shadow();
    alert.message += "\n\xff";
    const LinePtr line = make_line(alert, format_of(false), false, 5);
    CHECK(line->text ==
          "2020-09-13T12:26:40.000000000+0000: Warning Shadow opened (q=\\\"x\\\")\\n"
          "\xEF\xBF\xBD");
    CHECK(line->record.empty());
    CHECK(line->observed_ns == 5);
    CHECK(line->priority == rules::Priority::Warning);
}

TEST_CASE("a JSON line has its keys in order") {
    Alert alert = shadow();
    alert.fields = {{"proc.name", "cat"}, {"fd.cport", nullptr}};
    const std::string expected =
        R"=({"hostname":"HOST","output":"2020-09-13T12:26:40.000000000+0000: Warning )="
        R"=(Shadow opened (q=\"x\")","output_fields":{"evt.time.iso8601":1600000000000000000,)="
        R"=("fd.cport":null,"proc.name":"cat"},"priority":"Warning","rule":"Shadow opened",)="
        R"=("source":"syscall","tags":["filesystem","mitre"],)="
        R"=("time":"2020-09-13T12:26:40.000000000Z"})=";
    CHECK(make_line(alert, format_of(true), false, 0)->text == expected);
}

TEST_CASE("an internal alert has no tags, and its fields behind the text") {
    Alert alert = shadow();
    alert.source = "internal";
    alert.fields = {{"b", "2"}, {"a", 1}};
    const std::string text = make_line(alert, format_of(false), false, 0)->text;
    CHECK(text.ends_with(": Warning Shadow opened (q=\"x\") (a=1 b=\"2\")"));
    const Json json = Json::parse(make_line(alert, format_of(true), false, 0)->text);
    CHECK_FALSE(json.contains("tags"));
    CHECK(json["output_fields"] == Json({{"a", 1}, {"b", "2"}}));
}

TEST_CASE("an OTLP record has times, severity, body and attributes") {
    const LinePtr line = make_line(shadow(), format_of(false), true, 77);
    const Json record = Json::parse(line->record);
    CHECK(record["timeUnixNano"] == "1600000000000000000");
    CHECK(record["observedTimeUnixNano"] == "77");
    CHECK(record["severityNumber"] == 13);
    CHECK(record["severityText"] == "Warning");
    CHECK(record["body"]["stringValue"] == line->text);
    const Json found = attributes(record);
    CHECK(found["falco.rule"] == Json({{"stringValue", "Shadow opened"}}));
    CHECK(found["falco.source"] == Json({{"stringValue", "syscall"}}));
    CHECK(found["falco.tags"]["arrayValue"]["values"].size() == 2);
    CHECK(found["falco.output_fields.fd.name"] == Json({{"stringValue", "/etc/shadow"}}));
    CHECK(found["falco.output_fields.proc.pid"] == Json({{"intValue", "-7"}}));
    CHECK(found["falco.output_fields.evt.is_open_write"] == Json({{"boolValue", true}}));
    CHECK(found["falco.output_fields.thread.cpu"] == Json({{"doubleValue", 0.5}}));
    CHECK_FALSE(found.contains("falco.output_fields.fd.cport"));
}

TEST_CASE("priorities map to the severities of OpenTelemetry") {
    const int expected[] = {21, 19, 18, 17, 13, 10, 9, 5};
    for (unsigned k = 0; k < 8; ++k) {
        Alert alert = shadow();
        alert.priority = static_cast<rules::Priority>(k);
        CHECK(Json::parse(otlp_record(alert, "", 0))["severityNumber"] == expected[k]);
    }
}

TEST_CASE("an OTLP request is one JSON object, with the resource before the records") {
    const std::string record = otlp_record(shadow(), "body", 1);
    const Json request = Json::parse(otlp_begin("HOST", {{"service.name", "own"}, {"site", "x"}}) +
                                     record + "," + record + std::string(kOtlpEnd));
    const Json& resource = request["resourceLogs"][0];
    const Json found = attributes(resource["resource"]);
    CHECK(found["host.name"]["stringValue"] == "HOST");
    CHECK(found["service.name"]["stringValue"] == "own");
    CHECK(found["site"]["stringValue"] == "x");
    CHECK(resource["scopeLogs"][0]["logRecords"].size() == 2);
}

TEST_CASE("what an OTLP answer rejects is read in each of its forms, and from nothing else") {
    CHECK(otlp_rejected(R"({"partialSuccess":{"rejectedLogRecords":"3","errorMessage":"e"}})")
              .records == 3);
    CHECK(otlp_rejected(R"({"partialSuccess":{"rejectedLogRecords":4}})").records == 4);
    CHECK(otlp_rejected(R"({"partialSuccess":{"errorMessage":"a warning"}})").records == 0);
    for (const char* text : {"", "{}", "[]", "nonsense", R"({"partialSuccess":3})",
                             R"({"partialSuccess":{"rejectedLogRecords":-1}})",
                             R"({"partialSuccess":{"rejectedLogRecords":[]}})"})
        CHECK(otlp_rejected(text).records == 0);
}

TEST_CASE("bytes of a line that are none") {
    const std::string bytes = to_bytes(*test_line("abc"), Form::Text);
    CHECK(line_of(bytes, Form::Record)->record == "abc");
    for (std::size_t size = 0; size < bytes.size() - 3; ++size)
        CHECK(line_of(std::string_view(bytes).substr(0, size), Form::Text) == nullptr);
    std::string wrong = bytes;
    wrong[16] = 8;
    CHECK(line_of(wrong, Form::Text) == nullptr);
}
