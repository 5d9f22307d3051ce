// SPDX-License-Identifier: Apache-2.0
// Sockets: family and protocol at creation, addresses and roles as they become known. Names of
// connections always read client->server.
#include <algorithm>
#include <cstring>

#include "state/update.hpp"

namespace sensor::state {
namespace {

constexpr std::uint8_t kUnix = 1, kInet = 2, kInet6 = 10, kNetlink = 16;
constexpr std::uint32_t kOCloexec = 0x1000, kSockCloexec = 02000000;
constexpr std::int64_t kEinprogress = -115;

FdType type_of_family(std::uint64_t family) noexcept {
    switch (family) {
        case kUnix: return FdType::Unix;
        case kInet: return FdType::Ipv4;
        case kInet6: return FdType::Ipv6;
        case kNetlink: return FdType::Netlink;
        default: return FdType::Unknown;
    }
}

std::int32_t load_i32(std::string_view bytes, std::size_t offset) noexcept {
    std::int32_t number = 0;
    std::memcpy(&number, bytes.data() + offset, sizeof(number));
    return number;
}

}  // namespace

bool SocketUpdate::apply() {
    switch (event_.type()) {
        case EventType::socket: socket(); return true;
        case EventType::bind: bind(); return true;
        case EventType::connect: connect(); return true;
        case EventType::listen: listen(); return true;
        case EventType::accept:
        case EventType::accept4: accept(); return true;
        case EventType::send:
        case EventType::sendto:
        case EventType::sendmsg: transfer(4, 2, true); return true;
        case EventType::sendmmsg: transfer(4, 1, true); return true;
        case EventType::recv: transfer(4, 2, false); return true;
        case EventType::recvfrom: transfer(2, 3, false); return true;
        case EventType::recvmsg:
            passed_fds();
            transfer(3, 5, false);
            return true;
        case EventType::recvmmsg: transfer(4, 1, false); return true;
        default: return false;
    }
}

FdInfo& SocketUpdate::entry(std::int64_t fd, std::uint8_t family) {
    FdInfo* known = state_.own_fds(thread_).edit(fd);
    const rec_fd* object = event_.fd_object();
    if (object != nullptr && static_cast<std::int64_t>(object->fd) != fd) object = nullptr;
    const bool stale = known != nullptr && object != nullptr && !same_object(*known, *object);
    if (known != nullptr && known->is_socket() && !stale) return *known;
    FdInfo made(type_of_family(family), L4Proto::Unknown);
    if (object != nullptr) made.l4 = l4_from_socket(object->sock_type, object->proto);
    if (family == kUnix) made.l4 = L4Proto::Na;
    if (object != nullptr && object->cookie != 0) made.set_id(object->cookie);
    return state_.put_fd(thread_, fd, std::move(made));
}

void SocketUpdate::rename(FdInfo& info, const FdParts& parts) {
    if (info.name() != parts.name) state_.bound_.fd_name_changed = true;
    info.assign(parts);
}

void SocketUpdate::set_unix(FdInfo& info, const SocketName& tuple) {
    char text[kMaxUnixText];
    FdParts parts = info.parts();
    parts.name = print_unix(tuple.unix_first, tuple.unix_second, tuple.path, text);
    rename(info, parts);
}

// Changes and binds; the name tells whether anything is new.
void SocketUpdate::set_ends(FdInfo& info, EndView local, EndView remote, SocketRole role) {
    const FdInfo before = info;
    set_connection(info, local, remote, role);
    if (info.name() != before.name()) state_.bound_.fd_name_changed = true;
}

void SocketUpdate::socket() {
    if (!event_.has(0)) return;
    if (event_.result() < 0) return state_.bind(-1, nullptr);
    FdInfo info(type_of_family(event_.u64(1)));
    if (info.is_ip_socket())
        info.l4 = l4_from_socket(static_cast<std::uint32_t>(event_.u64(2)),
                                 static_cast<std::uint32_t>(event_.u64(3)));
    info.cloexec = (event_.u64(4) & kOCloexec) != 0 || (event_.u64(2) & kSockCloexec) != 0;
    state_.bind(event_.result(), &state_.put_fd(thread_, event_.result(), std::move(info)));
}

void SocketUpdate::bind() {
    if (!event_.has(0) || event_.result() < 0 || !event_.has(2)) return;
    const SocketName address = decode_sockaddr(event_.text(1));
    if (!address.valid) return;
    FdInfo& info = entry(event_.i64(2), address.family);
    char text[kMaxEndpointText];
    FdParts parts = info.parts();
    if (address.family == kUnix) {
        parts.name = address.path;
    } else {
        parts.local = address.first;
        parts.name = {text, print_endpoint(address.first, text)};
        if (address.first.port != 0) {
            info.type = address.first.size == 4 ? FdType::Ipv4Server : FdType::Ipv6Server;
            info.role = SocketRole::Server;
        }
    }
    rename(info, parts);
    state_.bind(event_.i64(2), &info);
}

void SocketUpdate::connect() {
    if (!event_.has(0) || !event_.has(2)) return;
    if (event_.result() < 0 && event_.result() != kEinprogress) return;
    const std::int64_t fd = event_.i64(2);
    SocketName tuple = decode_tuple(event_.text(1));
    if (!tuple.valid) {  // fast open: only where it goes is known
        const bool entered = thread_.enter && thread_.last_type == static_cast<std::uint16_t>(
                                                                       EventType::connect_enter);
        const SocketName address =
            decode_sockaddr(entered ? std::string_view(thread_.enter->name) : event_.text(3));
        if (!address.valid || address.family == kUnix) return;
        tuple = address;
        tuple.second = address.first;
        tuple.first = Endpoint{{}, address.first.size, 0};
    }
    FdInfo& info = entry(fd, tuple.family);
    if (tuple.family == kUnix) {
        set_unix(info, tuple);
    } else {
        // A datagram server that connects answers; a stream socket that was bound still calls.
        const bool answers = info.is_ip_server() && info.l4 == L4Proto::Udp;
        if (info.l4 == L4Proto::Unknown) info.l4 = L4Proto::Tcp;
        set_ends(info, tuple.first, tuple.second,
                 answers ? SocketRole::Server : SocketRole::Client);
    }
    info.connected = true;
    state_.bind(fd, &info);
}

void SocketUpdate::listen() {
    if (!event_.has(0) || event_.result() < 0) return;
    const FdInfo* known = thread_.fd(event_.i64(1));
    if (known != nullptr && known->is_ip_socket()) state_.server_ports_.set(known->local().port);
}

void SocketUpdate::accept() {
    if (!event_.has(0)) return;
    if (event_.result() < 0) return state_.bind(-1, nullptr);
    const SocketName tuple = decode_tuple(event_.text(1));
    FdInfo info(type_of_family(tuple.family), L4Proto::Unknown);
    info.connected = true;
    if (tuple.family == kUnix) {
        info.l4 = L4Proto::Na;
        info.set_names(unix_text(tuple.unix_first, tuple.unix_second, tuple.path), {});
    } else if (tuple.valid) {
        info.l4 = L4Proto::Tcp;
        set_connection(info, tuple.second, tuple.first, SocketRole::Server);
        state_.server_ports_.set(tuple.second.port);
    }
    info.cloexec = event_.type() == EventType::accept4 && (event_.u64(5) & kOCloexec) != 0;
    const rec_fd* object = event_.fd_object();
    if (object != nullptr && object->cookie != 0) info.set_id(object->cookie);
    state_.bind(event_.result(), &state_.put_fd(thread_, event_.result(), std::move(info)));
}

// Descriptors that came with a message: what stood under their numbers before is gone. What they
// are tells the first event that uses them.
void SocketUpdate::passed_fds() {
    constexpr std::size_t kControl = 4;
    constexpr std::int32_t kSolSocket = 1, kScmRights = 1;
    if (!event_.has(0) || event_.result() < 0) return;
    std::string_view rest = event_.text(kControl);
    const std::size_t word = (event_.head().flags & REC_F_COMPAT) != 0 ? 4 : 8;
    const std::size_t head = word + 2 * sizeof(std::int32_t);
    while (rest.size() >= head) {
        std::uint64_t size = 0;
        std::memcpy(&size, rest.data(), word);
        if (size < head || size > rest.size()) return;
        const bool rights = load_i32(rest, word) == kSolSocket &&
                            load_i32(rest, word + sizeof(std::int32_t)) == kScmRights;
        for (std::size_t at = head; rights && at + sizeof(std::int32_t) <= size;
             at += sizeof(std::int32_t)) {
            const std::int64_t fd = load_i32(rest, at);
            if (thread_.fd(fd) != nullptr) state_.own_fds(thread_).erase(fd);
        }
        rest.remove_prefix(std::min<std::size_t>(rest.size(), (size + word - 1) / word * word));
    }
}

void SocketUpdate::transfer(std::size_t tuple_param, std::size_t fd_param, bool outbound) {
    if (!event_.has(0) || event_.result() < 0 || !event_.has(fd_param)) return;
    const SocketName tuple = decode_tuple(event_.text(tuple_param));
    if (!tuple.valid) return;
    const std::int64_t fd = event_.i64(fd_param);
    const FdInfo* known = thread_.fd(fd);
    const rec_fd* object = event_.fd_object();
    const bool current = known != nullptr && (object == nullptr || same_object(*known, *object));
    const bool named = current && !known->name().empty();
    if (named && (known->l4 == L4Proto::Tcp || tuple.family == kUnix)) return;
    if (tuple.family == kUnix) {
        FdInfo& info = entry(fd, kUnix);
        set_unix(info, tuple);
        return state_.bind(fd, &info);
    }
    EndView local = outbound ? tuple.first : tuple.second;
    const EndView remote = outbound ? tuple.second : tuple.first;
    if (remote.port == 0 && remote.any_address() && named) return;
    if (local.any_address()) {  // a capture of a socket that is not connected
        const std::string_view own = state_.local_address(remote);
        if (!own.empty()) local.ip = own;
    }
    if (current && known->local() == local && known->remote() == remote &&
        known->role != SocketRole::None && !known->is_ip_server())
        return;
    FdInfo& info = entry(fd, tuple.family);
    if (info.l4 == L4Proto::Unknown || info.l4 == L4Proto::Na) info.l4 = L4Proto::Udp;
    const bool serves = info.role == SocketRole::Server ||
                        (info.role == SocketRole::None && state_.server_ports_.test(local.port));
    set_ends(info, local, remote, serves ? SocketRole::Server : SocketRole::Client);
    state_.bind(fd, &info);
}

}  // namespace sensor::state
