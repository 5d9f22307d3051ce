// SPDX-License-Identifier: Apache-2.0
// What the kernel says of an object behind a descriptor, as a descriptor's entry; and whether an
// entry still is that object. Used by the binding of live events.
#include <sys/stat.h>

#include "state/fd_info.hpp"

namespace sensor::state {
namespace {

constexpr std::uint16_t kAfUnix = 1, kAfInet = 2, kAfInet6 = 10, kAfNetlink = 16;
constexpr std::uint8_t kStateEstablished = 1, kStateListen = 10;
constexpr std::uint16_t kFirstEphemeral = 32768;
constexpr std::uint32_t kOCloexec = 02000000;

FdType type_of_kind(const rec_fd& object) noexcept {
    switch (object.kind) {
        case S_IFREG:
        case S_IFCHR:
        case S_IFBLK:
        case S_IFLNK: return FdType::File;
        case S_IFDIR: return FdType::Directory;
        case S_IFIFO: return FdType::Pipe;
        case REC_ANON_EVENTFD: return FdType::Event;
        case REC_ANON_EVENTPOLL: return FdType::Eventpoll;
        case REC_ANON_INOTIFY: return FdType::Inotify;
        case REC_ANON_SIGNALFD: return FdType::Signal;
        case REC_ANON_TIMERFD: return FdType::Timer;
        case REC_ANON_IO_URING: return FdType::IoUring;
        case REC_ANON_USERFAULTFD: return FdType::Userfault;
        case REC_ANON_PIDFD: return FdType::Pidfd;
        case REC_ANON_BPF: return FdType::Bpf;
        case REC_ANON_MEMFD: return FdType::Memfd;
        case REC_ANON_PERF: return FdType::Unsupported;
        case S_IFSOCK:
            switch (object.family) {
                case kAfUnix: return FdType::Unix;
                case kAfInet: return FdType::Ipv4;
                case kAfInet6: return FdType::Ipv6;
                case kAfNetlink: return FdType::Netlink;
                default: return FdType::Unknown;
            }
        default: return FdType::Unknown;
    }
}

// A socket whose history was not seen: the end with the well-known port serves.
SocketRole guess_role(const Endpoint& local, const Endpoint& remote) noexcept {
    const bool local_high = local.port >= kFirstEphemeral;
    const bool remote_high = remote.port >= kFirstEphemeral;
    if (local_high != remote_high) return local_high ? SocketRole::Client : SocketRole::Server;
    return local.port < remote.port ? SocketRole::Server : SocketRole::Client;
}

void describe_socket(const rec_fd& object, std::string_view text, FdInfo& out) {
    out.l4 =
        object.family == kAfUnix ? L4Proto::Na : l4_from_socket(object.sock_type, object.proto);
    const SocketName tuple = decode_tuple(text);
    if (!tuple.valid) return;
    if (tuple.family == kAfUnix) {
        if (tuple.unix_second != 0 || !tuple.path.empty()) {
            char name[kMaxUnixText];
            FdParts parts = out.parts();
            parts.name = print_unix(tuple.unix_first, tuple.unix_second, tuple.path, name);
            out.assign(parts);
        }
        out.connected = tuple.unix_second != 0;
        return;
    }
    const bool listening = object.sock_state == kStateListen && out.l4 == L4Proto::Tcp;
    if (listening || (tuple.second.port == 0 && tuple.second.any_address())) {
        if (tuple.first.port == 0) return;
        out.type = tuple.first.size == 4 ? FdType::Ipv4Server : FdType::Ipv6Server;
        out.role = SocketRole::Server;
        char name[kMaxEndpointText];
        FdParts parts = out.parts();
        parts.local = tuple.first;
        parts.name = {name, print_endpoint(tuple.first, name)};
        return out.assign(parts);
    }
    set_connection(out, tuple.first, tuple.second, guess_role(tuple.first, tuple.second));
    out.connected = object.sock_state == kStateEstablished;
}

}  // namespace

void set_connection(FdInfo& info, EndView local, EndView remote, SocketRole role) {
    info.type = local.ip.size() == 4 ? FdType::Ipv4 : FdType::Ipv6;
    info.role = role;
    const bool is_server = role == SocketRole::Server;
    char text[2 * kMaxEndpointText + 2];
    FdParts parts = info.parts();
    parts.name = {text,
                  print_connection(is_server ? remote : local, is_server ? local : remote, text)};
    parts.raw_name = {};
    parts.local = local;
    parts.remote = remote;
    info.assign(parts);
}

void describe_object(const rec_fd& object, std::string_view text, FdInfo& out) {
    out.reset(type_of_kind(object));
    out.upper_layer = (object.overlay & 1) != 0;
    out.lower_layer = (object.overlay & 2) != 0;
    out.flags = (object.f_flags & kOCloexec) != 0 ? 0x1000 : 0;
    out.dev = object.dev;
    out.ino = object.ino;
    if (object.kind == S_IFSOCK) {
        if (object.cookie != 0) out.set_id(object.cookie);
        return describe_socket(object, text, out);
    }
    // Pipes and anonymous objects have no name for rules; memfds keep theirs.
    const bool named = out.is_file() || out.type == FdType::Memfd ||
                       out.type == FdType::Unsupported || out.type == FdType::Unknown;
    if (!named) return;
    if (out.type == FdType::Memfd) {
        if (text.starts_with('/')) text.remove_prefix(1);
        if (text.starts_with("memfd:")) text.remove_prefix(6);
    }
    FdParts parts;
    parts.name = text;
    out.assign(parts);
}

bool same_object(const FdInfo& entry, const rec_fd& object) noexcept {
    if (object.kind == S_IFSOCK) {
        if (!entry.is_socket() && entry.type != FdType::Unknown) return false;
        return entry.cookie() == 0 || object.cookie == 0 || entry.cookie() == object.cookie;
    }
    if (entry.is_socket()) return false;
    if (entry.ino != 0 && object.ino != 0) {
        return entry.ino == object.ino &&
               (entry.dev == 0 || object.dev == 0 || entry.dev == object.dev);
    }
    const FdType type = type_of_kind(object);
    return entry.type == type ||
           (entry.is_file() && (type == FdType::File || type == FdType::Directory));
}

}  // namespace sensor::state
