// SPDX-License-Identifier: Apache-2.0
// The commonest service names, for systems without a services file (containers, minimal images).
// Conditions take them as numbers, fields print them.
#pragma once

#include <cstdint>
#include <string_view>

namespace sensor {

struct WellKnownPort {
    std::string_view name;
    std::uint16_t port;
};
inline constexpr WellKnownPort kWellKnownPorts[] = {
    {"ftp", 21},          {"ssh", 22},     {"telnet", 23},  {"smtp", 25},   {"domain", 53},
    {"http", 80},         {"pop3", 110},   {"ntp", 123},    {"imap2", 143}, {"snmp", 161},
    {"ldap", 389},        {"https", 443},  {"syslog", 514}, {"ldaps", 636}, {"mysql", 3306},
    {"postgresql", 5432}, {"redis", 6379},
};

}  // namespace sensor
