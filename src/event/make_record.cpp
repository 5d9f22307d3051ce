// SPDX-License-Identifier: Apache-2.0
#include "event/make_record.hpp"

#include <arpa/inet.h>

#include <cstring>

namespace sensor {
namespace {

class RecordBuilder {
public:
    explicit RecordBuilder(const EventInfo& info) : info_(info) {
        slots_.assign(info.params.size() + REC_X_COUNT, 0);
        absent_ = (std::uint64_t{1} << slots_.size()) - 1;
    }

    Result<> param(std::string_view name, const ParamValue& value) {
        for (std::size_t k = 0; k < info_.params.size(); ++k) {
            if (info_.params[k].name != name) continue;
            if (value.is_absent()) return Ok{};
            if (value.is_number() == is_variable(info_.params[k].type)) {
                return Error("parameter " + std::string(name) + " of " + std::string(info_.name) +
                             (value.is_number() ? " is no number" : " is a number"));
            }
            if (value.is_number())
                number(k, value.number());
            else
                bytes(k, value.bytes());
            return Ok{};
        }
        return Error("event " + std::string(info_.name) + " has no parameter " + std::string(name));
    }

    void extra(rec_extra which, std::string_view data) { bytes(info_.params.size() + which, data); }

    OwnedRecord finish(rec_head head) {
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
        return OwnedRecord(std::move(words));
    }

private:
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

    const EventInfo& info_;
    std::vector<std::uint64_t> slots_;
    std::string tail_;
    std::uint64_t absent_ = 0;
};

std::uint16_t call_of(EventType type) {
    if (type == EventType::generic) return 0;
    for (const SyscallInfo& call : all_syscalls()) {
        if (call.event == type) return call.sc;
    }
    return 0;
}

rec_head make_head(EventType type, const HeadSpec& spec) {
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
    head.mnt_ns = spec.mnt_ns;
    head.pid_ns = spec.pid_ns;
    head.seq = spec.seq;
    head.generation = spec.generation;
    head.cpu = spec.cpu;
    head.sc = spec.sc.value_or(call_of(type));
    return head;
}

char family_of(std::string_view ip) { return ip.size() == 4 ? '\x02' : '\x0a'; }

}  // namespace

FdObject file_object(std::string path, std::uint64_t ino, std::uint32_t dev, std::uint32_t kind) {
    FdObject object;
    object.fd.kind = kind;
    object.fd.dev = dev;
    object.fd.ino = ino;
    object.text = std::move(path);
    return object;
}

FdObject socket_object(std::string tuple, std::uint16_t family, std::uint16_t sock_type,
                       std::uint64_t cookie, std::uint16_t proto) {
    FdObject object;
    object.fd.kind = S_IFSOCK;
    object.fd.family = family;
    object.fd.sock_type = sock_type;
    object.fd.proto = proto;
    object.fd.cookie = cookie;
    object.text = std::move(tuple);
    return object;
}

Result<OwnedRecord> make_record(EventType type, const ParamList& params, const HeadSpec& head,
                                const ExtraSpec& extras) {
    RecordBuilder builder(event_info(type));
    for (const auto& [name, value] : params) SENSOR_TRY_OK(builder.param(name, value));
    if (extras.fd) builder.extra(REC_X_FD, encode::raw(extras.fd->fd) + extras.fd->text);
    if (extras.real) builder.extra(REC_X_REAL, *extras.real);
    if (extras.dir) builder.extra(REC_X_DIR, *extras.dir);
    return builder.finish(make_head(type, head));
}

namespace encode {

std::optional<std::string> ip(const std::string& text) {
    char out[16];
    const bool six = text.find(':') != std::string::npos;
    if (inet_pton(six ? AF_INET6 : AF_INET, text.c_str(), out) != 1) return std::nullopt;
    return std::string(out, six ? 16 : 4);
}

std::string sockaddr_ip(std::string_view ip, std::uint16_t port) {
    return family_of(ip) + std::string(ip) + raw(port);
}

std::string sockaddr_unix(std::string_view path) {
    return std::string(1, '\x01') + std::string(path) + '\0';
}

std::string tuple_ip(std::string_view from, std::uint16_t from_port, std::string_view to,
                     std::uint16_t to_port) {
    return family_of(from) + std::string(from) + raw(from_port) + std::string(to) + raw(to_port);
}

std::string tuple_unix(std::uint64_t a, std::uint64_t b, std::string_view path) {
    return std::string(1, '\x01') + raw(a) + raw(b) + std::string(path) + '\0';
}

}  // namespace encode

}  // namespace sensor
