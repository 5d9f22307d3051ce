// SPDX-License-Identifier: Apache-2.0
#include "state/fd_info.hpp"

#include <sys/stat.h>

#include "state/address.hpp"

namespace sensor::state {
namespace {

constexpr std::uint16_t kAfUnix = 1, kAfInet = 2, kAfInet6 = 10, kAfNetlink = 16;
constexpr std::uint32_t kSockStream = 1, kSockDgram = 2, kSockRaw = 3, kSockSeqpacket = 5;
constexpr std::uint32_t kProtoIcmp = 1, kProtoTcp = 6, kProtoUdp = 17, kProtoIcmp6 = 58,
                        kProtoRaw = 255;
constexpr std::uint8_t kStateEstablished = 1, kStateListen = 10;
constexpr std::uint16_t kFirstEphemeral = 32768;
constexpr std::uint32_t kOCloexec = 02000000;

struct TypeRow {
    FdType type;
    char letter;
    std::string_view word;
};
constexpr TypeRow kTypes[] = {
    {FdType::Unknown, 'o', "<NA>"},
    {FdType::File, 'f', "file"},
    {FdType::Directory, 'd', "directory"},
    {FdType::Ipv4, '4', "ipv4"},
    {FdType::Ipv4Server, '4', "ipv4"},
    {FdType::Ipv6, '6', "ipv6"},
    {FdType::Ipv6Server, '6', "ipv6"},
    {FdType::Unix, 'u', "unix"},
    {FdType::Pipe, 'p', "pipe"},
    {FdType::Event, 'e', "event"},
    {FdType::Unsupported, 'X', "<NA>"},
    {FdType::Signal, 's', "signalfd"},
    {FdType::Eventpoll, 'l', "eventpoll"},
    {FdType::Inotify, 'i', "inotify"},
    {FdType::Timer, 't', "timerfd"},
    {FdType::Netlink, 'n', "netlink"},
    {FdType::Bpf, 'b', "bpf"},
    {FdType::Userfault, 'u', "userfaultfd"},
    {FdType::IoUring, 'r', "io_uring"},
    {FdType::Memfd, 'm', "memfd"},
    {FdType::Pidfd, 'P', "pidfd"},
};
constexpr bool rows_in_order() {
    for (std::size_t k = 0; k < std::size(kTypes); ++k) {
        if (static_cast<std::size_t>(kTypes[k].type) != k) return false;
    }
    return true;
}
static_assert(rows_in_order());

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
            out.name = unix_text(tuple.unix_first, tuple.unix_second, tuple.path);
        }
        out.connected = tuple.unix_second != 0;
        return;
    }
    const bool listening = object.sock_state == kStateListen && out.l4 == L4Proto::Tcp;
    if (listening || (tuple.second.port == 0 && tuple.second.any_address())) {
        if (tuple.first.port == 0) return;
        out.type = tuple.first.size == 4 ? FdType::Ipv4Server : FdType::Ipv6Server;
        out.role = SocketRole::Server;
        out.local = tuple.first;
        out.name = endpoint_text(tuple.first);
        return;
    }
    set_connection(out, tuple.first, tuple.second, guess_role(tuple.first, tuple.second));
    out.connected = object.sock_state == kStateEstablished;
}

}  // namespace

char fd_typechar(FdType type) noexcept { return kTypes[static_cast<std::size_t>(type)].letter; }
std::string_view fd_typename(FdType type) noexcept {
    return kTypes[static_cast<std::size_t>(type)].word;
}

std::string_view l4_name(L4Proto proto) noexcept {
    switch (proto) {
        case L4Proto::Tcp: return "tcp";
        case L4Proto::Udp: return "udp";
        case L4Proto::Icmp: return "icmp";
        case L4Proto::Raw: return "raw";
        default: return "<NA>";
    }
}

L4Proto l4_from_socket(std::uint32_t sock_type, std::uint32_t proto) noexcept {
    const std::uint32_t kind = sock_type & 0xff;
    if (kind == kSockRaw) return L4Proto::Raw;
    switch (proto) {
        case kProtoTcp: return L4Proto::Tcp;
        case kProtoUdp: return L4Proto::Udp;
        case kProtoIcmp:
        case kProtoIcmp6: return L4Proto::Icmp;
        case kProtoRaw: return L4Proto::Raw;
        case 0:
            if (kind == kSockStream || kind == kSockSeqpacket) return L4Proto::Tcp;
            if (kind == kSockDgram) return L4Proto::Udp;
            return L4Proto::Unknown;
        default: return L4Proto::Unknown;
    }
}

void set_connection(FdInfo& info, const Endpoint& local, const Endpoint& remote, SocketRole role) {
    info.type = local.size == 4 ? FdType::Ipv4 : FdType::Ipv6;
    info.local = local;
    info.remote = remote;
    info.role = role;
    char text[2 * kMaxEndpointText + 2];
    const bool is_server = role == SocketRole::Server;
    std::size_t used = print_endpoint(is_server ? remote : local, text);
    text[used++] = '-';
    text[used++] = '>';
    used += print_endpoint(is_server ? local : remote, text + used);
    info.name.assign(text, used);
}

void describe_object(const rec_fd& object, std::string_view text, FdInfo& out) {
    out.type = type_of_kind(object);
    out.l4 = L4Proto::Na;
    out.role = SocketRole::None;
    out.connected = false;
    out.cloexec = false;
    out.upper_layer = (object.overlay & 1) != 0;
    out.lower_layer = (object.overlay & 2) != 0;
    out.flags = (object.f_flags & kOCloexec) != 0 ? 0x1000 : 0;
    out.dev = object.dev;
    out.ino = object.ino;
    out.cookie = object.cookie;
    out.local = out.remote = Endpoint{};
    out.real_hash = 0;
    out.pidfd_number = 0;
    out.raw_name.clear();
    out.name.clear();
    if (object.kind == S_IFSOCK) return describe_socket(object, text, out);
    // Pipes and anonymous objects have no name for rules; memfds keep theirs.
    if (out.is_file() || out.type == FdType::Memfd || out.type == FdType::Unsupported ||
        out.type == FdType::Unknown) {
        out.name.assign(text);
    }
    if (out.type == FdType::Memfd) {
        if (out.name.starts_with('/')) out.name.erase(0, 1);
        if (out.name.starts_with("memfd:")) out.name.erase(0, 6);
    }
}

bool same_object(const FdInfo& entry, const rec_fd& object) noexcept {
    if (object.kind == S_IFSOCK) {
        if (!entry.is_socket() && entry.type != FdType::Unknown) return false;
        return entry.cookie == 0 || object.cookie == 0 || entry.cookie == object.cookie;
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
