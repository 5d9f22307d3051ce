// SPDX-License-Identifier: Apache-2.0
#include "config/secrets.hpp"

#include "config/config.hpp"
#include "config/print.hpp"
#include "tests/support/catch.hpp"

using namespace sensor;

namespace {

constexpr const char* kText = R"(
http_output:
  enabled: true
  url: https://user:open-sesame@host:443/in?a=b@c
  headers: {Authorization: Bearer abcdef, X-Key: "k1"}
otlp_output: {headers: {api: qwerty}}
kafka_output:
  properties: {sasl.username: me, sasl.password: hush-hush, ssl.key.password: "", linger.ms: "5"}
static_fields: {password: is-shown, url: "http://host:80/@"}
)";

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("secrets of a configuration are not shown, and nothing else is hidden") {
    auto made = config::load_config_text("f.yaml", kText, {"http_output.headers.Cookie=a=b; c=d"});
    REQUIRE(made.has_value());
    const std::string before = config::print_text(*made);
    const std::vector<std::string> hidden = config::hide_secrets(*made);
    CHECK(hidden.size() == 6);
    const std::string text = config::print_text(*made);
    for (const char* secret : {"open-sesame", "abcdef", "k1", "qwerty", "hush-hush", "a=b; c=d"}) {
        INFO(secret);
        CHECK(has(before, secret));
        CHECK_FALSE(has(text, secret));
    }
    CHECK(has(text, "https://user:***@host:443/in?a=b@c"));
    CHECK(has(text, "sasl.username: me"));
    CHECK(has(text, "linger.ms:"));
    CHECK(has(text, "password: is-shown"));
    CHECK(has(text, "http://host:80/@"));
    CHECK(has(text, "# -o http_output.headers.Cookie=***"));
    // What is in force stays.
    REQUIRE(made->outputs.http.has_value());
    CHECK(made->outputs.http->headers.size() == 3);
    CHECK(config::without("falco -o http_output.headers.Cookie=a=b; c=d k1", hidden) ==
          "falco -o http_output.headers.Cookie=*** k1");
}
