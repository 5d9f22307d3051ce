// SPDX-License-Identifier: Apache-2.0
// evt.*: what transfers moved, what opens asked for, and absolute paths of directory-relative
// calls.
#include "fields/extractors.hpp"
#include "fields/print.hpp"

namespace sensor::fields {
namespace {

constexpr std::uint64_t kRead = 1, kWrite = 2, kCreat = 4, kTmpfile = 0x2000,
                        kCreated = 0x4000;  // open flags
constexpr std::uint64_t kExecuteBits = 0111;

bool reads(const Context& c) noexcept {
    return (c.event.info().flags & event_flag::READS_FROM_FD) != 0;
}
bool writes(const Context& c) noexcept {
    return (c.event.info().flags & event_flag::WRITES_TO_FD) != 0;
}
bool moves_data(const Context& c) noexcept { return reads(c) || writes(c); }

Value moved(const Context& c, bool counts) noexcept {
    if (!counts || !moves_data(c) || !c.event.has_result() || c.event.result() < 0)
        return Value::absent();
    return Value::of_uint(static_cast<std::uint64_t>(c.event.result()));
}
bool on_file(const Context& c) noexcept { return c.fd != nullptr && c.fd->is_file(); }
bool on_socket(const Context& c) noexcept { return c.fd != nullptr && c.fd->is_ip_socket(); }

// Where the flags and the mode of an open stand; -1: the call has none.
struct OpenParams {
    int flags, mode;
};
OpenParams open_params(EventType type) noexcept {
    switch (type) {
        case EventType::open: return {2, 3};
        case EventType::open_enter: return {1, 2};
        case EventType::openat:
        case EventType::openat2: return {3, 4};
        case EventType::openat_enter:
        case EventType::openat2_enter: return {2, 3};
        case EventType::open_by_handle_at: return {2, -1};
        case EventType::creat: return {-1, 2};
        default: return {-1, -1};
    }
}

std::uint64_t open_flags(const Context& c) noexcept {
    const int k = open_params(c.event.type()).flags;
    return k < 0 ? 0 : c.event.u64(static_cast<std::size_t>(k));
}

// Parameters of calls that take a directory and a name: of the first and of the second path.
struct AtParams {
    int dirfd, name, second_dirfd, second_name;
};
AtParams at_params(EventType type) noexcept {
    switch (type) {
        case EventType::openat:
        case EventType::openat2:
        case EventType::unlinkat:
        case EventType::mkdirat:
        case EventType::fchmodat:
        case EventType::fchownat: return {1, 2, -1, -1};
        case EventType::openat_enter:
        case EventType::openat2_enter: return {0, 1, -1, -1};
        case EventType::symlinkat: return {2, 3, -1, -1};
        case EventType::renameat:
        case EventType::renameat2:
        case EventType::linkat: return {1, 2, 3, 4};
        default: return {-1, -1, -1, -1};
    }
}

Value absolute(const Context& c, int dirfd, int name) noexcept {
    if (name < 0 || !is_path(c.event, static_cast<std::size_t>(name))) return Value::absent();
    return Value::of_text(absolute_path(c, dirfd, static_cast<std::size_t>(name)));
}

}  // namespace

namespace extract {

Value evt_buffer(const Context& c, const FieldArg&) noexcept {
    const auto params = c.event.info().params;
    for (std::size_t k = 0; k < params.size(); ++k) {
        if (params[k].type != ParamType::BYTEBUF || params[k].name != "data") continue;
        return c.event.text(k).empty() ? Value::absent() : Value::of_bytes(c.event.text(k));
    }
    return Value::absent();
}

Value evt_buflen(const Context& c, const FieldArg&) noexcept { return moved(c, true); }
Value evt_buflen_in(const Context& c, const FieldArg&) noexcept { return moved(c, reads(c)); }
Value evt_buflen_out(const Context& c, const FieldArg&) noexcept { return moved(c, writes(c)); }
Value evt_buflen_file(const Context& c, const FieldArg&) noexcept { return moved(c, on_file(c)); }
Value evt_buflen_file_in(const Context& c, const FieldArg&) noexcept {
    return moved(c, on_file(c) && reads(c));
}
Value evt_buflen_file_out(const Context& c, const FieldArg&) noexcept {
    return moved(c, on_file(c) && writes(c));
}
Value evt_buflen_net(const Context& c, const FieldArg&) noexcept { return moved(c, on_socket(c)); }
Value evt_buflen_net_in(const Context& c, const FieldArg&) noexcept {
    return moved(c, on_socket(c) && reads(c));
}
Value evt_buflen_net_out(const Context& c, const FieldArg&) noexcept {
    return moved(c, on_socket(c) && writes(c));
}

Value evt_is_io(const Context& c, const FieldArg&) noexcept {
    return Value::of_bool(moves_data(c));
}
Value evt_is_io_read(const Context& c, const FieldArg&) noexcept {
    return Value::of_bool(reads(c));
}
Value evt_is_io_write(const Context& c, const FieldArg&) noexcept {
    return Value::of_bool(writes(c));
}
Value evt_io_dir(const Context& c, const FieldArg&) noexcept {
    if (reads(c)) return Value::of_text("read");
    return writes(c) ? Value::of_text("write") : Value::absent();
}
Value evt_is_wait(const Context& c, const FieldArg&) noexcept {
    return Value::of_bool((c.event.info().flags & event_flag::WAITS) != 0);
}
Value evt_is_syslog(const Context& c, const FieldArg&) noexcept {
    return Value::of_bool(writes(c) && c.fd != nullptr &&
                          c.fd->name().find("/dev/log") != std::string_view::npos);
}

Value evt_is_open_read(const Context& c, const FieldArg&) noexcept {
    return Value::of_bool((open_flags(c) & kRead) != 0);
}
Value evt_is_open_write(const Context& c, const FieldArg&) noexcept {
    return Value::of_bool((open_flags(c) & kWrite) != 0);
}
Value evt_is_open_create(const Context& c, const FieldArg&) noexcept {
    return Value::of_bool((open_flags(c) & kCreated) != 0);
}
Value evt_is_open_exec(const Context& c, const FieldArg&) noexcept {
    const OpenParams params = open_params(c.event.type());
    if (params.mode < 0) return Value::of_bool(false);
    const bool makes = params.flags < 0 || (open_flags(c) & (kCreat | kTmpfile)) != 0;
    return Value::of_bool(makes &&
                          (c.event.u64(static_cast<std::size_t>(params.mode)) & kExecuteBits) != 0);
}

Value evt_abspath(const Context& c, const FieldArg& arg) noexcept {
    const AtParams params = at_params(c.event.type());
    const bool second = arg.kind == FieldArg::Kind::Name && arg.key == "dst";
    return second ? absolute(c, params.second_dirfd, params.second_name)
                  : absolute(c, params.dirfd, params.name);
}

}  // namespace extract
}  // namespace sensor::fields
