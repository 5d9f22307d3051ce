// SPDX-License-Identifier: Apache-2.0
// fd.*: addresses, ports, protocol and role of sockets. Client and server are known once a socket
// is connected, bound or has moved data; before that their fields are absent.
#include <optional>

#include "fields/extractors.hpp"
#include "fields/text.hpp"
#include "state/state.hpp"

namespace sensor::fields {
namespace {

using state::EndView;
using state::FdInfo;
using state::SocketRole;

enum class End { Client, Server, Local, Remote };

// A listening socket has one end only: it is the server's and local.
std::optional<EndView> end_of(const Context& c, End which) noexcept {
    if (c.fd == nullptr || !c.fd->is_ip_socket()) return std::nullopt;
    const FdInfo& fd = *c.fd;
    if (fd.is_ip_server()) {
        if (which != End::Server && which != End::Local) return std::nullopt;
        return fd.local();
    }
    if (fd.role == SocketRole::None) return std::nullopt;
    switch (which) {
        case End::Client: return fd.client();
        case End::Server: return fd.server();
        case End::Local: return fd.local();
        default: return fd.remote();
    }
}

Value ip(const Context& c, End which) noexcept {
    const auto end = end_of(c, which);
    return !end || end->ip.empty() ? Value::absent() : Value::of_ip(end->ip);
}
Value port(const Context& c, End which) noexcept {
    const auto end = end_of(c, which);
    return !end ? Value::absent() : Value::of_uint(end->port);
}

Value both(const Context& c, Value (*one)(const Context&, End) noexcept) noexcept {
    const Value local = one(c, End::Local), remote = one(c, End::Remote);
    if (!local.present() && !remote.present()) return Value::absent();
    void* memory = c.arena->take(2 * sizeof(Value));
    if (memory == nullptr) return Value::absent();
    auto* list = static_cast<Value*>(memory);
    std::size_t count = 0;
    if (local.present()) list[count++] = local;
    if (remote.present()) list[count++] = remote;
    return Value::of_list(list, count);
}

// Name of the service on a port, else its digits.
Value service(const Context& c, End which) noexcept {
    const auto end = end_of(c, which);
    if (!end) return Value::absent();
    if (c.state != nullptr) {
        const std::string_view name = c.state->services().name(end->port, c.fd->l4);
        if (!name.empty()) return Value::of_text(name);
    }
    TextBuilder out(*c.arena, 8);
    add_uint(out, end->port);
    return Value::of_text(out.finish());
}

}  // namespace

namespace extract {

Value fd_ip(const Context& c, const FieldArg&) noexcept { return both(c, ip); }
Value fd_cip(const Context& c, const FieldArg&) noexcept { return ip(c, End::Client); }
Value fd_sip(const Context& c, const FieldArg&) noexcept { return ip(c, End::Server); }
Value fd_lip(const Context& c, const FieldArg&) noexcept { return ip(c, End::Local); }
Value fd_rip(const Context& c, const FieldArg&) noexcept { return ip(c, End::Remote); }

// Networks are compared by the operator; the value is the address.
Value fd_net(const Context& c, const FieldArg&) noexcept { return both(c, ip); }
Value fd_cnet(const Context& c, const FieldArg&) noexcept { return ip(c, End::Client); }
Value fd_snet(const Context& c, const FieldArg&) noexcept { return ip(c, End::Server); }
Value fd_lnet(const Context& c, const FieldArg&) noexcept { return ip(c, End::Local); }
Value fd_rnet(const Context& c, const FieldArg&) noexcept { return ip(c, End::Remote); }

Value fd_port(const Context& c, const FieldArg&) noexcept { return both(c, port); }
Value fd_cport(const Context& c, const FieldArg&) noexcept { return port(c, End::Client); }
Value fd_sport(const Context& c, const FieldArg&) noexcept { return port(c, End::Server); }
Value fd_lport(const Context& c, const FieldArg&) noexcept { return port(c, End::Local); }
Value fd_rport(const Context& c, const FieldArg&) noexcept { return port(c, End::Remote); }

Value fd_proto(const Context& c, const FieldArg&) noexcept { return both(c, port); }
Value fd_cproto(const Context& c, const FieldArg&) noexcept { return service(c, End::Client); }
Value fd_sproto(const Context& c, const FieldArg&) noexcept { return service(c, End::Server); }
Value fd_lproto(const Context& c, const FieldArg&) noexcept { return service(c, End::Local); }
Value fd_rproto(const Context& c, const FieldArg&) noexcept { return service(c, End::Remote); }

Value fd_l4proto(const Context& c, const FieldArg&) noexcept {
    if (c.fd == nullptr) return Value::absent();
    const bool tells =
        c.fd->is_ip_server() || (c.fd->is_ip_socket() && c.fd->role != SocketRole::None);
    return Value::of_text(tells ? state::l4_name(c.fd->l4) : kNotKnown);
}
Value fd_sockfamily(const Context& c, const FieldArg&) noexcept {
    if (c.fd == nullptr) return Value::absent();
    if (c.fd->is_ip_socket()) return Value::of_text("ip");
    return c.fd->type == state::FdType::Unix ? Value::of_text("unix") : Value::absent();
}
Value fd_is_server(const Context& c, const FieldArg&) noexcept {
    return c.fd == nullptr
               ? Value::absent()
               : Value::of_bool(c.fd->is_ip_socket() && c.fd->role == SocketRole::Server);
}
Value fd_connected(const Context& c, const FieldArg&) noexcept {
    return c.fd == nullptr ? Value::absent() : Value::of_bool(c.fd->connected);
}

// Names of addresses are not looked up.
Value fd_cip_name(const Context&, const FieldArg&) noexcept { return Value::absent(); }
Value fd_sip_name(const Context&, const FieldArg&) noexcept { return Value::absent(); }
Value fd_lip_name(const Context&, const FieldArg&) noexcept { return Value::absent(); }
Value fd_rip_name(const Context&, const FieldArg&) noexcept { return Value::absent(); }

}  // namespace extract
}  // namespace sensor::fields
