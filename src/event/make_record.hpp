// SPDX-License-Identifier: Apache-2.0
// make_record: a wire record by event and parameter name, for events that no kernel sent: those of
// text cases and of tests.
//   auto record = make_record(EventType::openat, {{"fd", 3}, {"name", "/etc/shadow"}});
//   use(record->event());
#pragma once

#include <sys/stat.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/check.hpp"
#include "base/result.hpp"
#include "event/event.hpp"

namespace sensor {

/// Value of one parameter: an integer, the bytes of a text or buffer, or absent.
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
    std::uint32_t mnt_ns = 0, pid_ns = 0;
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

FdObject file_object(std::string path, std::uint64_t ino, std::uint32_t dev = 1,
                     std::uint32_t kind = S_IFREG);
FdObject socket_object(std::string tuple, std::uint16_t family, std::uint16_t sock_type,
                       std::uint64_t cookie, std::uint16_t proto = 0);

/// A record that owns its bytes.
class OwnedRecord {
public:
    explicit OwnedRecord(std::vector<std::uint64_t> words) : words_(std::move(words)) {}

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

/// Parameters not named are absent.
/// fails: Error if the event has no parameter of a name, or one is of the other kind (number, text)
Result<OwnedRecord> make_record(EventType type, const ParamList& params, const HeadSpec& head,
                                const ExtraSpec& extras);

/// Addresses, tuples and blocks as capture files have them.
namespace encode {

/// Address bytes in network order, 4 or 16. fails: nullopt if `text` is no address
std::optional<std::string> ip(const std::string& text);
/// ip: bytes
std::string sockaddr_ip(std::string_view ip, std::uint16_t port);
std::string sockaddr_unix(std::string_view path);
/// Both addresses of one family.
std::string tuple_ip(std::string_view from, std::uint16_t from_port, std::string_view to,
                     std::uint16_t to_port);
std::string tuple_unix(std::uint64_t a, std::uint64_t b, std::string_view path);

template <typename T>
std::string raw(T value) {
    return {reinterpret_cast<const char*>(&value), sizeof(value)};
}

}  // namespace encode

}  // namespace sensor
