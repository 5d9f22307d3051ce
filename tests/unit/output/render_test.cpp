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

lang::OutputPart part(std::string literal, std::uint32_t term, std::uint32_t width = 0) {
    return {std::move(literal), true, term, width};
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
    format.parts = {
        part("name=", 0, 2), part(" port=", 1, 6), part("| dev=", 2), {" end", false, 0, 0}};
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
    format.fields = {
        {"proc.pid", 0}, {"evt.time", 1}, {"fd.dev", 2}, {"proc.pname", 3}, {"evt.is_io", 4}};
    FixedTerms terms;
    terms.values = {Value::of_int(7), Value::of_text("01:02:03.4"), Value::of_int(255),
                    Value::absent(), Value::of_bool(false)};
    output::RenderOptions how;
    how.ts_ns = 99;
    CHECK(output::render_fields(format, program, terms, how).dump() ==
          R"({"evt.is_io":false,"evt.time":99,"fd.dev":"FF","proc.pid":7,"proc.pname":null})");
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
