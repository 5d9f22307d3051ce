// SPDX-License-Identifier: Apache-2.0
#include "config/duration.hpp"

#include "tests/unit/config/settings.hpp"

using namespace sensor;
using config::parse_duration_ms;

TEST_CASE("durations: each unit, in order, blanks anywhere") {
    CHECK(parse_duration_ms("1ms") == 1);
    CHECK(parse_duration_ms("1s") == 1000);
    CHECK(parse_duration_ms("1m") == 60'000);
    CHECK(parse_duration_ms("1h") == 3'600'000);
    CHECK(parse_duration_ms("1d") == 86'400'000);
    CHECK(parse_duration_ms("1w") == 604'800'000);
    CHECK(parse_duration_ms("1y") == 31'536'000'000);
    CHECK(parse_duration_ms("1h3m2s1ms") == 3'782'001);
    CHECK(parse_duration_ms(" 1 h 3m  2 s1ms ") == 3'782'001);
    CHECK(parse_duration_ms("1y1w1d1h1m1s1ms") == 32'230'861'001);
    CHECK(parse_duration_ms("90m") == 5'400'000);
}

TEST_CASE("what is no duration is 0") {
    for (const char* text :
         {"", " ", "5000", "1", "1x", "h", "1m1h", "1ms1s", "1s1s", "-1s", "1.5s", "1H",
          "99999999999999999999s", "18446744073709551615y", "1s2"}) {
        INFO(text);
        CHECK(parse_duration_ms(text) == 0);
    }
}

TEST_CASE("addresses to listen at are literals") {
    const auto takes = [](const std::string& address) {
        return config::load("webserver: {listen_address: '" + address + "'}\n").has_value();
    };
    for (const char* good :
         {"0.0.0.0", "127.0.0.1", "255.255.255.255", "10.0.0.1", "192.168.1.254", "::", "::1",
          "fe80::1", "2001:db8::ff00:42:8329", "1:2:3:4:5:6:7:8", "1::8", "::ffff:192.0.2.1",
          "64:ff9b::192.0.2.33", "2001:DB8::A", "1:2:3:4:5:6:1.2.3.4", "ff02::1"}) {
        INFO(good);
        CHECK(takes(good));
    }
    for (const char* bad :
         {"",         "localhost", "256.0.0.1", "1.2.3",         "1.2.3.4.5",         "1.2.3.4 ",
          " 1.2.3.4", "1.2.3.-4",  "1.2.3.x",   "1.2.3.4:80",    "0.0.0.0/0",         "01.2.3.4x",
          ":",        ":::",       "1::2::3",   "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "12345::1",
          "g::1",     "[::1]",     "::1%eth0",  "::1.2.3",       "fe80::1/64"}) {
        INFO(bad);
        CHECK_FALSE(takes(bad));
    }
    CHECK(config::said("webserver:\n  listen_address: example.com\n")
              .starts_with("f.yaml:2:19: webserver.listen_address must be an IPv4 or IPv6"));
}
