// SPDX-License-Identifier: Apache-2.0
// Records for tests (event/make_record.hpp), where what is wrong ends the test program:
//   const TestEvent e = make_event(EventType::openat, {{"fd", 3}, {"name", "/etc/shadow"}});
//   use(e.event());
#pragma once

#include <cstdio>
#include <initializer_list>

#include "event/make_record.hpp"

namespace sensor::testing {

using sensor::ExtraSpec;
using sensor::FdObject;
using sensor::file_object;
using sensor::HeadSpec;
using sensor::ParamList;
using sensor::ParamValue;
using sensor::socket_object;
using sensor::encode::raw;
using sensor::encode::sockaddr_unix;
using sensor::encode::tuple_unix;
using TestEvent = OwnedRecord;

inline TestEvent make_event(EventType type, const ParamList& params, const HeadSpec& spec = {},
                            const ExtraSpec& extras = {}) {
    Result<OwnedRecord> made = make_record(type, params, spec, extras);
    if (!made) std::fprintf(stderr, "%s\n", made.error().text.c_str());
    SENSOR_CHECK(made.has_value());
    return *std::move(made);
}

// ---- encodings of buffers, addresses and tuples (those of capture files)

/// {"a", "b"} -> "a\0b\0": argument, environment and cgroup blocks.
inline std::string block(std::initializer_list<std::string_view> texts) {
    std::string out;
    for (std::string_view text : texts) {
        out.append(text);
        out.push_back('\0');
    }
    return out;
}

/// Address bytes in network order; 4 or 16 of them.
inline std::string ip_bytes(const std::string& text) {
    const std::optional<std::string> bytes = encode::ip(text);
    SENSOR_CHECK(bytes.has_value());
    return *bytes;
}

inline std::string sockaddr_ip(const std::string& ip, std::uint16_t port) {
    return encode::sockaddr_ip(ip_bytes(ip), port);
}

inline std::string tuple_ip(const std::string& from, std::uint16_t from_port, const std::string& to,
                            std::uint16_t to_port) {
    return encode::tuple_ip(ip_bytes(from), from_port, ip_bytes(to), to_port);
}

/// FDLIST: pairs of descriptor and poll flags.
inline std::string fd_list(std::initializer_list<std::pair<std::int64_t, std::uint16_t>> fds) {
    std::string out = raw(static_cast<std::uint16_t>(fds.size()));
    for (const auto& [fd, flags] : fds) out += raw(fd) + raw(flags);
    return out;
}

/// DYN: index into the dynamic type table, then the value.
inline std::string dyn(std::uint8_t index, std::string_view value) {
    return std::string(1, static_cast<char>(index)) + std::string(value);
}

}  // namespace sensor::testing
