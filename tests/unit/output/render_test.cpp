// SPDX-License-Identifier: Apache-2.0
#include "output/render.hpp"

#include <vector>

#include "output/alert.hpp"
#include "tests/support/catch.hpp"

namespace {

using namespace sensor;

class FixedTerms final : public output::TermSource {
public:
    std::vector<Value> values;
    Value term(std::uint32_t k) noexcept override {
        return k < values.size() ? values[k] : Value::absent();
    }
};

lang::Term field_term(std::string_view name) {
    const Result<FieldRef> ref = resolve_field(name, nullptr);
    REQUIRE(ref.has_value());
    lang::Term term;
    term.field = *ref;
    term.type = ref->type;
    term.is_list = ref->is_list;
    return term;
}

output::Alert sample() {
    output::Alert alert;
    alert.ts_ns = 1795314080288350081ULL;
    alert.priority = rules::Priority::Warning;
    alert.rule = "Shadow opened";
    alert.source = "syscall";
    alert.tags = {"filesystem", "mitre_credential_access"};
    alert.message = "q=\"x\"";
    alert.fields = {{"user.name", "root"}, {"fd.cport", nullptr}};
    return alert;
}

}  // namespace

TEST_CASE("a message joins literals and values, with widths and missing ones") {
    lang::Program program;
    program.terms = {field_term("proc.name"), field_term("fd.cport"), field_term("fd.dev")};
    lang::OutputFormat format;
    format.add_term("name=", 0, 2);
    format.add_term(" port=", 1, 6);
    format.add_term("| dev=", 2);
    format.add_literal(" end");
    FixedTerms terms;
    terms.values = {Value::of_text("nginx"), Value::absent(), Value::of_int(0xfd00)};
    CHECK(output::render_message(format, program, terms, {}) ==
          "name=ng port=<NA>  | dev=FD00 end");
}

TEST_CASE("values print by kind") {
    const lang::Term name = field_term("proc.name");
    const Value two[] = {Value::of_text("ipv4"), Value::of_text("file")};
    const char ip6[16] = {0x20, 0x01, 0x0d, static_cast<char>(0xb8)};
    CHECK(output::render_value(field_term("fd.types"), Value::of_list(two, 2), {}) ==
          "(ipv4,file)");
    CHECK(output::render_value(field_term("proc.aname"), Value::of_list(two, 2), {}) ==
          "ipv4 file");
    CHECK(output::render_value(field_term("fd.sip"),
                               Value::of_ip(std::string_view("\x7f\0\0\1", 4)), {}) == "127.0.0.1");
    CHECK(output::render_value(field_term("fd.sip"), Value::of_ip(std::string_view(ip6, 16)), {}) ==
          "2001:db8::");
    CHECK(output::render_value(field_term("fd.ip"), Value::of_ip(std::string_view("\x7f\0\0\1", 4)),
                               {}) == "<NA>");
    CHECK(output::render_value(name, Value::of_bool(true), {}) == "true");
    CHECK(output::render_value(name, Value::of_double(12.34), {}) == "12.3");
    CHECK(output::render_value(field_term("evt.rawtime.ns"), Value::of_uint(42), {}) ==
          "000000042");
    CHECK(output::render_value(field_term("evt.buffer"),
                               Value::of_bytes(std::string_view("a\0\xff", 3)), {}) == "a..");
    output::RenderOptions base64;
    base64.buffers_base64 = true;
    CHECK(output::render_value(field_term("evt.buffer"), Value::of_bytes("ab"), base64) == "YWI=");
    CHECK(output::render_value(field_term("evt.buffer"), Value::of_bytes("abc"), base64) == "YWJj");
    CHECK(output::render_value(field_term("evt.buffer"), Value::of_bytes("a"), base64) == "YQ==");
}

TEST_CASE("output_fields keep the type of each field") {
    lang::Program program;
    program.terms = {field_term("proc.pid"), field_term("evt.time"), field_term("fd.dev"),
                     field_term("proc.pname"), field_term("evt.is_io")};
    lang::OutputFormat format;
    std::uint32_t term = 0;
    for (const char* key : {"proc.pid", "evt.time", "fd.dev", "proc.pname", "evt.is_io"})
        format.add_field(key, term++);
    FixedTerms terms;
    terms.values = {Value::of_int(7), Value::of_text("01:02:03.4"), Value::of_int(255),
                    Value::absent(), Value::of_bool(false)};
    output::RenderOptions how;
    how.ts_ns = 99;
    CHECK(output::render_fields(format, program, terms, how).dump() ==
          R"({"evt.is_io":false,"evt.time":99,"fd.dev":"FF","proc.pid":7,"proc.pname":null})");
}

TEST_CASE("JSON values by kind: texts where the print format is not decimal, null for filters") {
    const char ip4[] = {10, 0, 0, 1};
    const Value two[] = {Value::of_text("ipv4"), Value::of_text("file")};
    lang::Program program;
    program.terms = {field_term("evt.rawtime.ns"), field_term("fd.sip"),
                     field_term("fd.types"),       field_term("fd.ip"),
                     field_term("evt.buffer"),     field_term("proc.name"),
                     field_term("proc.fdusage"),   field_term("fd.sport")};
    lang::OutputFormat format;
    for (std::uint32_t k = 0; k < program.terms.size(); ++k)
        format.add_field(std::string(1, static_cast<char>('a' + k)), k);
    FixedTerms terms;
    terms.values = {Value::of_uint(42),
                    Value::of_ip(std::string_view(ip4, 4)),
                    Value::of_list(two, 2),
                    Value::of_ip(std::string_view(ip4, 4)),
                    Value::of_bytes(std::string_view("a\0b", 3)),
                    Value::of_text("cat"),
                    Value::of_double(0.5),
                    Value::of_uint(443)};
    CHECK(output::render_fields(format, program, terms, {}).dump() ==
          R"({"a":42,"b":"10.0.0.1","c":["ipv4","file"],"d":null,"e":"a.b","f":"cat","g":0.5,)"
          R"("h":443})");
    output::RenderOptions base64;
    base64.buffers_base64 = true;
    CHECK(output::render_fields(format, program, terms, base64)["e"] == "YQBi");
}

TEST_CASE("widths change the text, not the JSON value") {
    lang::Program program;
    program.terms = {field_term("proc.name")};
    lang::OutputFormat format;
    format.add_term("", 0, 2);
    format.add_field("proc.name", 0);
    FixedTerms terms;
    terms.values = {Value::of_text("nginx")};
    CHECK(output::render_message(format, program, terms, {}) == "ng");
    CHECK(output::render_fields(format, program, terms, {})["proc.name"] == "nginx");
}

TEST_CASE("texts of lists and buffers end at 1023 bytes") {
    const std::string long_text(2000, 'x');
    const Value two[] = {Value::of_text(long_text), Value::of_text("b")};
    const std::string list =
        output::render_value(field_term("fd.types"), Value::of_list(two, 2), {});
    CHECK(list == "(" + long_text.substr(0, 1022) + ")");
    CHECK(output::render_value(field_term("evt.buffer"), Value::of_bytes(long_text), {}) ==
          long_text.substr(0, 1023));
    CHECK(output::render_value(field_term("proc.cmdline"), Value::of_text(long_text), {}) ==
          long_text);
}

TEST_CASE("edge 118: text lines are encoded like the inside of a JSON string") {
    setenv("TZ", "UTC", 1);
    tzset();
    output::AlertFormat format;
    CHECK(output::to_line(sample(), format) == "02:21:20.288350081: Warning q=\\\"x\\\"");
    format.iso8601 = true;
    CHECK(output::to_line(sample(), format) ==
          "2026-11-22T02:21:20.288350081+0000: Warning q=\\\"x\\\"");
    output::Alert odd = sample();
    odd.message = std::string("a\nb\x01") + "\xff\\";
    format.iso8601 = false;
    CHECK(output::to_line(odd, format) ==
          "02:21:20.288350081: Warning a\\nb\\u0001\xef\xbf\xbd\\\\");
    odd.message = "\xc3\xa4\t/";
    CHECK(output::to_line(odd, format) == "02:21:20.288350081: Warning \xc3\xa4\\t/");
}

TEST_CASE("JSON lines have the peer's keys, sorted") {
    setenv("TZ", "UTC", 1);
    tzset();
    output::AlertFormat format;
    format.json = true;
    format.hostname = "HOST";
    CHECK(
        output::to_line(sample(), format) ==
        R"({"hostname":"HOST","output":"02:21:20.288350081: Warning q=\"x\"","output_fields":{"evt.time":1795314080288350081,"fd.cport":null,"user.name":"root"},"priority":"Warning","rule":"Shadow opened","source":"syscall","tags":["filesystem","mitre_credential_access"],"time":"2026-11-22T02:21:20.288350081Z"})");
    format.include_output = false;
    format.include_tags = false;
    format.include_output_fields = false;
    format.include_message = true;
    CHECK(
        output::to_line(sample(), format) ==
        R"({"hostname":"HOST","message":"q=\"x\"","priority":"Warning","rule":"Shadow opened","source":"syscall","time":"2026-11-22T02:21:20.288350081Z"})");
}

TEST_CASE("JSON lines are UTF-8 whatever a process wrote, and one line each") {
    output::AlertFormat format;
    format.json = true;
    output::Alert odd = sample();
    odd.message = std::string("a\nb\xff");
    odd.fields = {{"proc.name", "\xfe\xc3\xa4"}};
    odd.tags.clear();
    const std::string line = output::to_line(odd, format);
    CHECK(line.find('\n') == std::string::npos);
    const nlohmann::json object = nlohmann::json::parse(line);
    CHECK(object["output_fields"]["proc.name"] == "\xef\xbf\xbd\xc3\xa4");
    CHECK(object["output"].get<std::string>().ends_with("Warning a\nb\xef\xbf\xbd"));
    CHECK(object["tags"] == nlohmann::json::array());
}

TEST_CASE("messages of the sensor itself name their values behind the text") {
    output::Alert alert = sample();
    alert.source = "internal";
    alert.message = "events were lost";
    alert.fields = {{"n", 3}, {"cause", "full"}};
    output::AlertFormat format;
    CHECK(output::to_line(alert, format)
              .ends_with(": Warning events were lost (cause=\"full\" n=3)"));
    alert.fields = nlohmann::json::object();
    CHECK(output::to_line(alert, format).ends_with(": Warning events were lost"));
    alert.fields = {{"n", 3}};
    format.json = true;
    const nlohmann::json object = nlohmann::json::parse(output::to_line(alert, format));
    CHECK_FALSE(object.contains("tags"));
    CHECK(object["output_fields"].dump() == R"({"n":3})");
    CHECK(object["source"] == "internal");
}
