// SPDX-License-Identifier: Apache-2.0
// fdlist.*: the descriptors of poll and ppoll as comma separated texts.
#include <cstring>

#include "fields/extractors.hpp"
#include "fields/print.hpp"

namespace sensor::fields {
namespace {

// Calls `add` for every polled descriptor; what it adds is separated by commas.
template <typename F>
Value list(const Context& c, F&& add) noexcept {
    const EventInfo& info = c.event.info();
    if (info.type != EventType::poll && info.type != EventType::ppoll) return Value::absent();
    constexpr std::size_t kFds = 1, kItem = 10;
    const std::string_view bytes = c.event.text(kFds);
    if (bytes.size() < 2) return Value::absent();
    TextBuilder out(*c.arena);
    for (std::size_t at = 2; at + kItem <= bytes.size(); at += kItem) {
        std::int64_t fd = 0;
        std::memcpy(&fd, bytes.data() + at, sizeof(fd));
        const std::size_t before = out.size();
        if (before != 0) out.add(',');
        const std::size_t start = out.size();
        add(out, fd, find_fd(c, fd));
        if (out.size() == start) out.cut(before);
    }
    return Value::of_text(out.finish());
}

bool is_connection(const state::FdInfo* fd) noexcept {
    return fd != nullptr && fd->is_ip_socket() && !fd->is_ip_server() &&
           fd->role != state::SocketRole::None;
}
bool has_server(const state::FdInfo* fd) noexcept {
    return is_connection(fd) || (fd != nullptr && fd->is_ip_server());
}

void add_ip(TextBuilder& out, state::EndView end) noexcept {
    char text[state::kMaxEndpointText];
    out.add({text, state::print_ip(end.address(), text)});
}

}  // namespace

namespace extract {

Value fdlist_nums(const Context& c, const FieldArg&) noexcept {
    return list(c, [](TextBuilder& out, std::int64_t number, const state::FdInfo*) {
        add_int(out, number);
    });
}
Value fdlist_names(const Context& c, const FieldArg&) noexcept {
    return list(c, [](TextBuilder& out, std::int64_t, const state::FdInfo* fd) {
        if (fd != nullptr) out.add(fd->name());
    });
}
Value fdlist_cips(const Context& c, const FieldArg&) noexcept {
    return list(c, [](TextBuilder& out, std::int64_t, const state::FdInfo* fd) {
        if (is_connection(fd)) add_ip(out, fd->client());
    });
}
Value fdlist_sips(const Context& c, const FieldArg&) noexcept {
    return list(c, [](TextBuilder& out, std::int64_t, const state::FdInfo* fd) {
        if (has_server(fd)) add_ip(out, fd->server());
    });
}
Value fdlist_cports(const Context& c, const FieldArg&) noexcept {
    return list(c, [](TextBuilder& out, std::int64_t, const state::FdInfo* fd) {
        if (is_connection(fd)) add_uint(out, fd->client().port);
    });
}
Value fdlist_sports(const Context& c, const FieldArg&) noexcept {
    return list(c, [](TextBuilder& out, std::int64_t, const state::FdInfo* fd) {
        if (has_server(fd)) add_uint(out, fd->server().port);
    });
}

}  // namespace extract
}  // namespace sensor::fields
