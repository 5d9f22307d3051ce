// SPDX-License-Identifier: Apache-2.0
// Sockets: family and protocol at creation, addresses and roles as they become known. Names of
// connections always read client->server.
#include "state/update.hpp"

namespace sensor::state {
namespace {

constexpr std::uint8_t kUnix = 1, kInet = 2, kInet6 = 10, kNetlink = 16;
constexpr std::uint32_t kOCloexec = 0x1000;
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
        case EventType::recvmsg: transfer(3, 5, false); return true;
        case EventType::recvmmsg: transfer(4, 1, false); return true;
        default: return false;
    }
}

FdInfo& SocketUpdate::entry(std::int64_t fd, std::uint8_t family) {
    const FdInfo* known = thread_.fd(fd);
    const rec_fd* object = event_.fd_object();
    if (object != nullptr && static_cast<std::int64_t>(object->fd) != fd) object = nullptr;
    const bool stale = known != nullptr && object != nullptr && !same_object(*known, *object);
    if (known != nullptr && known->is_socket() && !stale) {
        if (FdInfo* mine = state_.own_fds(thread_).edit(fd)) return *mine;
    }
    auto made = make_ref<FdInfo>();
    made->type = type_of_family(family);
    made->l4 =
        object == nullptr ? L4Proto::Unknown : l4_from_socket(object->sock_type, object->proto);
    if (family == kUnix) made->l4 = L4Proto::Na;
    if (object != nullptr) made->cookie = object->cookie;
    FdInfo& info = *made;
    state_.held_ = made;
    state_.put_fd(thread_, fd, std::move(made));
    return info;
}

// Changes and binds; the name tells whether anything is new.
void SocketUpdate::set_ends(FdInfo& info, const Endpoint& local, const Endpoint& remote,
                            SocketRole role) {
    const std::string before = info.name;
    set_connection(info, local, remote, role);
    if (info.name != before) state_.bound_.fd_name_changed = true;
}

void SocketUpdate::socket() {
    if (!event_.has(0)) return;
    if (event_.result() < 0) return state_.bind(-1, nullptr);
    auto info = make_ref<FdInfo>();
    const std::uint64_t family = event_.u64(1);
    info->type = type_of_family(family);
    info->l4 = info->is_ip_socket() ? l4_from_socket(static_cast<std::uint32_t>(event_.u64(2)),
                                                     static_cast<std::uint32_t>(event_.u64(3)))
                                    : L4Proto::Na;
    info->cloexec = (event_.u64(4) & kOCloexec) != 0;
    state_.held_ = info;
    state_.bind(event_.result(), info.get());
    state_.put_fd(thread_, event_.result(), std::move(info));
}

void SocketUpdate::bind() {
    if (!event_.has(0) || event_.result() < 0 || !event_.has(2)) return;
    const SocketName address = decode_sockaddr(event_.text(1));
    if (!address.valid) return;
    FdInfo& info = entry(event_.i64(2), address.family);
    std::string name;
    if (address.family == kUnix) {
        name = address.path;
    } else {
        info.local = address.first;
        if (address.first.port != 0) {
            info.type = address.first.size == 4 ? FdType::Ipv4Server : FdType::Ipv6Server;
            info.role = SocketRole::Server;
        }
        name = endpoint_text(address.first);
    }
    state_.bound_.fd_name_changed = info.name != name;
    info.name = std::move(name);
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
        std::string name = unix_text(tuple.unix_first, tuple.unix_second, tuple.path);
        state_.bound_.fd_name_changed = info.name != name;
        info.name = std::move(name);
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
    if (known != nullptr && known->is_ip_socket()) state_.server_ports_.set(known->local.port);
}

void SocketUpdate::accept() {
    if (!event_.has(0)) return;
    if (event_.result() < 0) return state_.bind(-1, nullptr);
    const SocketName tuple = decode_tuple(event_.text(1));
    auto made = make_ref<FdInfo>();
    FdInfo& info = *made;
    info.type = type_of_family(tuple.family);
    info.connected = true;
    if (tuple.family == kUnix) {
        info.l4 = L4Proto::Na;
        info.name = unix_text(tuple.unix_first, tuple.unix_second, tuple.path);
    } else if (tuple.valid) {
        info.l4 = L4Proto::Tcp;
        set_connection(info, tuple.second, tuple.first, SocketRole::Server);
        state_.server_ports_.set(info.local.port);
    }
    info.cloexec = event_.type() == EventType::accept4 && (event_.u64(5) & kOCloexec) != 0;
    if (const rec_fd* object = event_.fd_object()) info.cookie = object->cookie;
    state_.held_ = made;
    state_.bind(event_.result(), &info);
    state_.put_fd(thread_, event_.result(), std::move(made));
}

void SocketUpdate::transfer(std::size_t tuple_param, std::size_t fd_param, bool outbound) {
    if (!event_.has(0) || event_.result() < 0 || !event_.has(fd_param)) return;
    const SocketName tuple = decode_tuple(event_.text(tuple_param));
    if (!tuple.valid) return;
    const std::int64_t fd = event_.i64(fd_param);
    const FdInfo* known = thread_.fd(fd);
    const rec_fd* object = event_.fd_object();
    const bool current = known != nullptr && (object == nullptr || same_object(*known, *object));
    if (current && !known->name.empty() && known->l4 == L4Proto::Tcp) return;
    if (tuple.family == kUnix) {
        if (current && !known->name.empty()) return;
        FdInfo& info = entry(fd, kUnix);
        info.name = unix_text(tuple.unix_first, tuple.unix_second, tuple.path);
        state_.bound_.fd_name_changed = true;
        return state_.bind(fd, &info);
    }
    const Endpoint& local = outbound ? tuple.first : tuple.second;
    const Endpoint& remote = outbound ? tuple.second : tuple.first;
    if (remote.port == 0 && remote.any_address() && current && !known->name.empty()) return;
    if (current && known->local == local && known->remote == remote &&
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
