// SPDX-License-Identifier: Apache-2.0
// Builds wire records by event and parameter name, for every test that needs an event:
//   const TestEvent e = make_event(EventType::openat, {{"fd", 3}, {"name", "/etc/shadow"}});
//   use(e.event());
// Parameters not named are absent. A name the event does not have ends the test program.
#pragma once

#include <arpa/inet.h>
#include <sys/stat.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/check.hpp"
#include "event/event.hpp"

namespace sensor::testing {

/// Value of one parameter: an integer, or the bytes of a text or buffer.
class ParamValue {
public:
    template <typename T>
        requires std::is_integral_v<T>
    ParamValue(T number)
        : kind_(Kind::Number),
          number_(static_cast<std::uint64_t>(static_cast<std::int64_t>(number))) {}
    ParamValue(const char* text) : kind_(Kind::Bytes), bytes_(text) {}
    ParamValue(std::string_view text) : kind_(Kind::Bytes), bytes_(text) {}
    ParamValue(std::string text) : kind_(Kind::Bytes), bytes_(std::move(text)) {}
    ParamValue(std::nullopt_t) {}

    bool is_absent() const { return kind_ == Kind::Absent; }
    bool is_number() const { return kind_ == Kind::Number; }
    std::uint64_t number() const { return number_; }
    const std::string& bytes() const { return bytes_; }

private:
    // No std::variant: g++ 12 warns of its destructor at -O3 where a number was put in.
    enum class Kind { Absent, Number, Bytes };
    Kind kind_ = Kind::Absent;
    std::uint64_t number_ = 0;
    std::string bytes_;
};

using ParamList = std::vector<std::pair<std::string_view, ParamValue>>;

/// What the head of the record says. ns_tgid and ns_tid follow tgid and tid unless set.
struct HeadSpec {
    std::uint64_t ts = 1'700'000'000'000'000'000;
    std::uint32_t tgid = 1000;
    std::uint32_t tid = 0;  ///< 0: the same as tgid
    std::optional<std::uint32_t> ns_tgid = std::nullopt;
    std::optional<std::uint32_t> ns_tid = std::nullopt;
    std::uint64_t start = 0;
    std::uint64_t cgroup = 0;
    std::uint64_t seq = 0;
    std::uint32_t generation = 0;
    std::uint16_t cpu = 0;
    std::optional<std::uint16_t> sc = std::nullopt;  ///< unset: the call that the event reports
    std::uint8_t flags = 0;
};

/// REC_X_FD: the object behind the event's descriptor, and its path or tuple.
struct FdObject {
    rec_fd fd{};
    std::string text;
};

struct ExtraSpec {
    std::optional<FdObject> fd = std::nullopt;       ///< REC_X_FD
    std::optional<std::string> real = std::nullopt;  ///< REC_X_REAL
    std::optional<std::string> dir = std::nullopt;   ///< REC_X_DIR
};

inline FdObject file_object(std::string path, std::uint64_t ino, std::uint32_t dev = 1,
                            std::uint32_t kind = S_IFREG) {
    FdObject object;
    object.fd.kind = kind;
    object.fd.dev = dev;
    object.fd.ino = ino;
    object.text = std::move(path);
    return object;
}

inline FdObject socket_object(std::string tuple, std::uint16_t family, std::uint16_t sock_type,
                              std::uint64_t cookie, std::uint16_t proto = 0) {
    FdObject object;
    object.fd.kind = S_IFSOCK;
    object.fd.family = family;
    object.fd.sock_type = sock_type;
    object.fd.proto = proto;
    object.fd.cookie = cookie;
    object.text = std::move(tuple);
    return object;
}

/// An owned record.
class TestEvent {
public:
    explicit TestEvent(std::vector<std::uint64_t> words) : words_(std::move(words)) {}

    std::span<const std::byte> record() const {
        return {reinterpret_cast<const std::byte*>(words_.data()), head().len};
    }
    const rec_head& head() const { return *reinterpret_cast<const rec_head*>(words_.data()); }
    rec_head& head() { return *reinterpret_cast<rec_head*>(words_.data()); }
    Event event() const {
        Event made = Event::view(record());
        SENSOR_CHECK(made.valid());
        return made;
    }

private:
    std::vector<std::uint64_t> words_;
};

namespace detail {

class RecordBuilder {
public:
    explicit RecordBuilder(const EventInfo& info) : info_(info) {
        slots_.assign(info.params.size() + REC_X_COUNT, 0);
        absent_ = (std::uint64_t{1} << slots_.size()) - 1;
    }
    void number(std::size_t k, std::uint64_t value) {
        slots_[k] = value;
        absent_ &= ~(std::uint64_t{1} << k);
    }
    void bytes(std::size_t k, std::string_view data) {
        while (tail_.size() % 8 != 0) tail_.push_back('\0');
        const std::size_t offset = sizeof(rec_head) + 8 * slots_.size() + tail_.size();
        number(k, (static_cast<std::uint64_t>(offset) << 32) | data.size());
        tail_.append(data);
        tail_.push_back('\0');
    }
    void param(std::string_view name, const ParamValue& value) {
        for (std::size_t k = 0; k < info_.params.size(); ++k) {
            if (info_.params[k].name != name) continue;
            if (value.is_absent()) return;
            SENSOR_CHECK(value.is_number() != is_variable(info_.params[k].type));
            if (value.is_number()) return number(k, value.number());
            return bytes(k, value.bytes());
        }
        std::fprintf(stderr, "event %.*s has no parameter %.*s\n", int(info_.name.size()),
                     info_.name.data(), int(name.size()), name.data());
        SENSOR_CHECK(false);
    }
    TestEvent finish(rec_head head) {
        while (tail_.size() % 8 != 0) tail_.push_back('\0');
        head.len = static_cast<std::uint32_t>(sizeof(rec_head) + 8 * slots_.size() + tail_.size());
        head.nslots = static_cast<std::uint8_t>(slots_.size());
        head.absent = absent_;
        std::vector<std::uint64_t> words(head.len / 8);
        auto* out = reinterpret_cast<char*>(words.data());
        std::memcpy(out, &head, sizeof(head));
        std::memcpy(out + sizeof(head), slots_.data(), 8 * slots_.size());
        if (!tail_.empty())
            std::memcpy(out + sizeof(head) + 8 * slots_.size(), tail_.data(), tail_.size());
        return TestEvent(std::move(words));
    }
    std::size_t param_count() const { return info_.params.size(); }

private:
    const EventInfo& info_;
    std::vector<std::uint64_t> slots_;
    std::string tail_;
    std::uint64_t absent_ = 0;
};

inline std::uint16_t sc_of(EventType type) {
    if (type == EventType::generic) return 0;
    for (const SyscallInfo& call : all_syscalls()) {
        if (call.event == type) return call.sc;
    }
    return 0;
}

}  // namespace detail

inline TestEvent make_event(EventType type, const ParamList& params, const HeadSpec& spec = {},
                            const ExtraSpec& extras = {}) {
    detail::RecordBuilder builder(event_info(type));
    for (const auto& [name, value] : params) builder.param(name, value);
    const std::size_t first = builder.param_count();
    if (extras.fd) {
        std::string blob(reinterpret_cast<const char*>(&extras.fd->fd), sizeof(rec_fd));
        builder.bytes(first + REC_X_FD, blob + extras.fd->text);
    }
    if (extras.real) builder.bytes(first + REC_X_REAL, *extras.real);
    if (extras.dir) builder.bytes(first + REC_X_DIR, *extras.dir);
    rec_head head{};
    head.type = static_cast<std::uint16_t>(type);
    head.flags = spec.flags;
    head.ts = spec.ts;
    head.tgid = spec.tgid;
    head.tid = spec.tid != 0 ? spec.tid : spec.tgid;
    head.ns_tgid = spec.ns_tgid.value_or(head.tgid);
    head.ns_tid = spec.ns_tid.value_or(head.tid);
    head.start = spec.start;
    head.cgroup = spec.cgroup;
    head.seq = spec.seq;
    head.generation = spec.generation;
    head.cpu = spec.cpu;
    head.sc = spec.sc.value_or(detail::sc_of(type));
    return builder.finish(head);
}

// ---- encodings of buffers, addresses and tuples (those of capture files)
// -------------------------

/// {"a", "b"} -> "a\0b\0": argument, environment and cgroup blocks.
inline std::string block(std::initializer_list<std::string_view> texts) {
    std::string out;
    for (std::string_view text : texts) {
        out.append(text);
        out.push_back('\0');
    }
    return out;
}

template <typename T>
std::string raw(T value) {
    return {reinterpret_cast<const char*>(&value), sizeof(value)};
}

/// Address bytes in network order; 4 or 16 of them.
inline std::string ip_bytes(const std::string& text) {
    char out[16];
    const bool six = text.find(':') != std::string::npos;
    SENSOR_CHECK(inet_pton(six ? AF_INET6 : AF_INET, text.c_str(), out) == 1);
    return {out, six ? std::size_t{16} : std::size_t{4}};
}

inline std::string sockaddr_ip(const std::string& ip, std::uint16_t port) {
    const std::string address = ip_bytes(ip);
    return std::string(1, address.size() == 4 ? '\x02' : '\x0a') + address + raw(port);
}

inline std::string sockaddr_unix(std::string_view path) {
    return std::string(1, '\x01') + std::string(path) + '\0';
}

inline std::string tuple_ip(const std::string& from, std::uint16_t from_port, const std::string& to,
                            std::uint16_t to_port) {
    const std::string a = ip_bytes(from);
    return std::string(1, a.size() == 4 ? '\x02' : '\x0a') + a + raw(from_port) + ip_bytes(to) +
           raw(to_port);
}

inline std::string tuple_unix(std::uint64_t a, std::uint64_t b, std::string_view path) {
    return std::string(1, '\x01') + raw(a) + raw(b) + std::string(path) + '\0';
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
