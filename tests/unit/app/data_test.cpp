// SPDX-License-Identifier: Apache-2.0
// The captures of tests/data are made here, event by event, so that what is in them can be read.
// The test fails if a file is not what this makes; SENSOR_WRITE_DATA=1 writes them anew.
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "tests/support/catch.hpp"
#include "tests/support/scap_writer.hpp"

using namespace sensor;
using namespace sensor::testing;

namespace {

constexpr std::uint64_t kStart = 1'600'000'000'000'000'000;  // 2020-09-13 12:26:40 UTC
constexpr std::uint32_t kNginx = 900, kShell = 950, kCat = 951;

/// One parameter as files store it.
std::string stored(ParamType type, const ParamValue& value) {
    if (value.is_absent()) return {};
    if (!value.is_number()) return is_variable(type) ? value.bytes() : std::string{};
    const std::string bytes = raw(value.number());
    switch (type) {
        case ParamType::UINT8:
        case ParamType::FLAGS8:
        case ParamType::ENUMFLAGS8: return bytes.substr(0, 1);
        case ParamType::UINT32:
        case ParamType::FLAGS32:
        case ParamType::ENUMFLAGS32:
        case ParamType::UID:
        case ParamType::GID: return bytes.substr(0, 4);
        default: return bytes;
    }
}

/// An event of today's scheme by parameter name; those not named are empty.
ScapEventSpec event(EventType type, std::uint32_t tid, std::uint64_t ms, const ParamList& params) {
    ScapEventSpec spec;
    spec.ts = kStart + ms * 1'000'000;
    spec.tid = tid;
    spec.code = static_cast<std::uint16_t>(type);
    for (const ParamInfo& info : event_info(type).params) {
        std::string bytes;
        for (const auto& [name, value] : params) {
            if (name == info.name) bytes = stored(info.type, value);
        }
        spec.params.push_back(std::move(bytes));
    }
    return spec;
}

ScapEventSpec child(std::uint32_t parent, std::uint32_t tid, std::uint64_t ms, std::string comm) {
    return event(EventType::clone, tid, ms,
                 {{"res", 0},
                  {"exe", nul(comm)},
                  {"tid", tid},
                  {"pid", tid},
                  {"ptid", parent},
                  {"comm", nul(comm)},
                  {"uid", 33},
                  {"gid", 33},
                  {"vtid", tid},
                  {"vpid", tid}});
}

ScapEventSpec exec(std::uint32_t parent, std::uint32_t tid, std::uint64_t ms, std::string comm,
                   std::string args) {
    return event(EventType::execve, tid, ms,
                 {{"res", 0},
                  {"exe", nul(comm)},
                  {"args", std::move(args)},
                  {"tid", tid},
                  {"pid", tid},
                  {"ptid", parent},
                  {"cwd", nul("/srv")},
                  {"comm", nul(comm)},
                  {"uid", 33},
                  {"gid", 33},
                  {"trusted_exepath", nul("/usr/bin/" + comm)},
                  {"filename", nul("/usr/bin/" + comm)}});
}

/// A web server starts a shell, the shell starts cat, cat reads the password hashes.
std::string shell_from_server() {
    ScapWriter file;
    file.section().machine("web-1", kStart - 3'600'000'000'000);
    file.processes(
        9,
        {{.tid = 1, .comm = "systemd", .exe = "/sbin/init", .exepath = "/usr/lib/systemd/systemd"},
         {.tid = kNginx,
          .ptid = 1,
          .comm = "nginx",
          .exe = "nginx",
          .exepath = "/usr/sbin/nginx",
          .cwd = "/srv",
          .uid = 33,
          .gid = 33}});
    file.event(child(kNginx, kShell, 1, "nginx"));
    file.event(exec(kNginx, kShell, 2, "sh", nul("-c") + nul("cat /etc/shadow")));
    file.event(child(kShell, kCat, 3, "sh"));
    file.event(exec(kShell, kCat, 4, "cat", nul("/etc/shadow")));
    file.event(event(EventType::openat, kCat, 5,
                     {{"fd", 3},
                      {"dirfd", -100},
                      {"name", nul("/etc/shadow")},
                      {"flags", 1},
                      {"mode", 0},
                      {"dev", 8},
                      {"ino", 77}}));
    file.event(event(EventType::read, kCat, 6,
                     {{"res", 5}, {"data", "root:"}, {"fd", 3}, {"size", 4096}}));
    file.event(event(EventType::close, kCat, 7, {{"res", 0}, {"fd", 3}}));
    file.event(event(EventType::procexit, kCat, 8, {{"status", 0}, {"ret", 0}}));
    return file.bytes();
}

/// The oldest layout: entry and exit events, without counts of parameters. The name of the open
/// stands in its exit, the descriptor of the read in its entry.
std::string pairs_of_2014() {
    constexpr std::uint16_t kOpenEnter = 2, kOpen = 3, kReadEnter = 6, kRead = 7;
    ScapWriter file;
    file.section().processes(5,
                             {{.tid = 7, .comm = "cat", .exe = "cat", .args = nul("/etc/hosts")}});
    const auto old = [&](std::uint16_t code, std::uint64_t ms, std::vector<std::string> params) {
        ScapEventSpec spec;
        spec.ts = kStart + ms * 1'000'000;
        spec.tid = 7;
        spec.code = code;
        spec.params = std::move(params);
        spec.version = 1;
        file.event(spec);
    };
    old(kOpenEnter, 1, {});
    old(kOpen, 2,
        {raw<std::int64_t>(3), nul("/etc/hosts"), raw<std::uint32_t>(1), raw<std::uint32_t>(0)});
    old(kReadEnter, 3, {raw<std::int64_t>(3), raw<std::uint32_t>(4096)});
    old(kRead, 4, {raw<std::int64_t>(9), "127.0.0.1"});
    return file.bytes();
}

void check_file(const char* name, const std::string& expected) {
    const std::string path = std::string(SENSOR_TEST_DATA) + "/" + name;
    if (std::getenv("SENSOR_WRITE_DATA") != nullptr)
        std::ofstream(path, std::ios::binary) << expected;
    std::ifstream file(path, std::ios::binary);
    const std::string found{std::istreambuf_iterator<char>(file), {}};
    CHECK(found == expected);
}

}  // namespace

TEST_CASE("the captures of tests/data are those made here") {
    check_file("pairs_of_2014.scap", pairs_of_2014());
    check_file("shell_from_server.scap", shell_from_server());
}
