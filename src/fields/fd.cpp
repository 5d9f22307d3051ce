// SPDX-License-Identifier: Apache-2.0
// fd.*: the descriptor an event uses or makes: number, type, name, file. Addresses are in
// fd_net.cpp.
#include "fields/extractors.hpp"
#include "fields/print.hpp"
#include "state/state.hpp"

namespace sensor::fields {
namespace {

using state::FdInfo;
using state::FdType;

// Opens that failed have no descriptor, but the name they asked for; -1: not an open.
struct OpenName {
    int dirfd, name;
};
OpenName open_name(EventType type) noexcept {
    switch (type) {
        case EventType::open:
        case EventType::creat: return {-1, 1};
        case EventType::openat:
        case EventType::openat2: return {1, 2};
        case EventType::open_enter:
        case EventType::creat_enter: return {-1, 0};
        case EventType::openat_enter:
        case EventType::openat2_enter: return {0, 1};
        case EventType::open_by_handle_at: return {-1, 3};
        default: return {-1, -1};
    }
}

bool is_open(const Context& c) noexcept { return open_name(c.event.type()).name >= 0; }

// Name of what the event is about though nothing is known of the descriptor.
std::string_view asked_name(const Context& c) noexcept {
    const OpenName open = open_name(c.event.type());
    if (open.name < 0 || !is_path(c.event, static_cast<std::size_t>(open.name))) return {};
    return absolute_path(c, open.dirfd, static_cast<std::size_t>(open.name));
}

bool is_about_fd(const Context& c) noexcept { return c.has_fd_num || is_open(c); }

std::string_view name_of(const Context& c) noexcept {
    return c.fd != nullptr ? c.fd->name() : asked_name(c);
}

// Type letter by the call alone.
char letter_of_event(EventType type) noexcept {
    switch (type) {
        case EventType::pipe:
        case EventType::pipe2: return 'p';
        case EventType::eventfd:
        case EventType::eventfd2: return 'e';
        case EventType::signalfd:
        case EventType::signalfd4: return 's';
        case EventType::timerfd_create: return 't';
        case EventType::inotify_init:
        case EventType::inotify_init1: return 'i';
        case EventType::socketpair: return 'u';
        default: return open_name(type).name >= 0 ? 'f' : 'o';
    }
}

std::string_view directory_part(std::string_view path) noexcept {
    const std::size_t slash = path.rfind('/');
    if (slash == std::string_view::npos || slash == 0) return "/";
    return path.substr(0, slash);
}

// Absent for descriptors without a directory.
Value directory(const Context& c) noexcept {
    if (!is_about_fd(c)) return Value::absent();
    if (c.fd == nullptr) return Value::of_text(directory_part(asked_name(c)));
    if (c.fd->type == FdType::Directory) return Value::of_text(c.fd->name());
    return c.fd->type == FdType::File ? Value::of_text(directory_part(c.fd->name()))
                                      : Value::absent();
}

std::string_view container_id(const Context& c) noexcept {
    if (c.thread == nullptr || !c.thread->container) return "host";
    return c.thread->container->id;
}

Value with_container(const Context& c, std::string_view text) noexcept {
    TextBuilder out(*c.arena);
    out.add(container_id(c));
    out.add(':');
    out.add(text);
    return Value::of_text(out.finish());
}

template <typename F>
Value of_fd(const Context& c, F&& value) noexcept {
    return c.fd == nullptr ? Value::absent() : value(*c.fd);
}

Value type_list(const Context& c, std::uint32_t types) noexcept {
    Value all[32];
    std::size_t count = 0;
    for (std::uint32_t type = 0; type < 32; ++type) {
        if ((types >> type & 1) != 0)
            all[count++] = Value::of_text(state::fd_typename(static_cast<FdType>(type)));
    }
    void* memory = c.arena->take(sizeof(all));
    if (memory == nullptr) return Value::absent();
    auto* list = static_cast<Value*>(memory);
    for (std::size_t k = 0; k < count; ++k) list[k] = all[k];
    return Value::of_list(list, count);
}

// Listening sockets have types of their own but the same word.
std::uint32_t type_bit(FdType type) noexcept {
    if (type == FdType::Ipv4Server) type = FdType::Ipv4;
    if (type == FdType::Ipv6Server) type = FdType::Ipv6;
    return std::uint32_t{1} << static_cast<std::uint32_t>(type);
}

}  // namespace

namespace extract {

Value fd_num(const Context& c, const FieldArg&) noexcept {
    return c.has_fd_num ? Value::of_int(c.fd_num) : Value::absent();
}
Value fd_type(const Context& c, const FieldArg&) noexcept {
    return of_fd(c, [](const FdInfo& fd) { return Value::of_text(state::fd_typename(fd.type)); });
}
Value fd_typechar(const Context& c, const FieldArg&) noexcept {
    if (!is_about_fd(c)) return Value::absent();
    static constexpr std::string_view kLetters = "ofd46upeXslitnbrmP";
    const char letter =
        c.fd == nullptr ? letter_of_event(c.event.type()) : state::fd_typechar(c.fd->type);
    const std::size_t at = kLetters.find(letter);
    return at == std::string_view::npos ? Value::of_text("?")
                                        : Value::of_text(kLetters.substr(at, 1));
}
Value fd_name(const Context& c, const FieldArg&) noexcept {
    return is_about_fd(c) ? Value::of_text(name_of(c)) : Value::absent();
}
Value fd_directory(const Context& c, const FieldArg&) noexcept { return directory(c); }
Value fd_filename(const Context& c, const FieldArg&) noexcept {
    return of_fd(c, [](const FdInfo& fd) {
        if (fd.type != FdType::File) return Value::absent();
        const std::string_view name = fd.name();
        return Value::of_text(name.substr(name.rfind('/') + 1));
    });
}
Value fd_nameraw(const Context& c, const FieldArg&) noexcept {
    if (c.fd != nullptr) return Value::of_text(c.fd->raw_name());
    if (!is_about_fd(c)) return Value::absent();
    const OpenName open = open_name(c.event.type());
    return Value::of_text(open.name < 0 ? std::string_view{}
                                        : c.event.text(static_cast<std::size_t>(open.name)));
}
Value fd_uid(const Context& c, const FieldArg&) noexcept {
    if (c.thread == nullptr || !c.has_fd_num) return Value::absent();
    TextBuilder out(*c.arena, 64);
    add_uint(out, c.thread->tid);
    add_int(out, c.fd_num);
    return Value::of_text(out.finish());
}
Value fd_containername(const Context& c, const FieldArg&) noexcept {
    return is_about_fd(c) ? with_container(c, name_of(c)) : Value::absent();
}
Value fd_containerdirectory(const Context& c, const FieldArg&) noexcept {
    const Value path = directory(c);
    return path.present() ? with_container(c, path.text()) : Value::absent();
}

Value fd_dev(const Context& c, const FieldArg&) noexcept {
    return of_fd(c, [](const FdInfo& fd) { return Value::of_int(fd.dev); });
}
Value fd_dev_major(const Context& c, const FieldArg&) noexcept {
    return of_fd(c, [](const FdInfo& fd) { return Value::of_int((fd.dev & 0xfff00) >> 8); });
}
Value fd_dev_minor(const Context& c, const FieldArg&) noexcept {
    return of_fd(c, [](const FdInfo& fd) {
        return Value::of_int((fd.dev & 0xff) | ((fd.dev >> 12) & 0xfff00));
    });
}
Value fd_ino(const Context& c, const FieldArg&) noexcept {
    return of_fd(c,
                 [](const FdInfo& fd) { return Value::of_int(static_cast<std::int64_t>(fd.ino)); });
}
Value fd_is_upper_layer(const Context& c, const FieldArg&) noexcept {
    return of_fd(c, [](const FdInfo& fd) { return Value::of_bool(fd.upper_layer); });
}
Value fd_is_lower_layer(const Context& c, const FieldArg&) noexcept {
    return of_fd(c, [](const FdInfo& fd) { return Value::of_bool(fd.lower_layer); });
}
Value fd_name_changed(const Context& c, const FieldArg&) noexcept {
    return c.has_fd_num ? Value::of_bool(c.fd_name_changed) : Value::absent();
}

Value fd_types(const Context& c, const FieldArg& arg) noexcept {
    if (c.thread == nullptr) return Value::absent();
    if (arg.kind == FieldArg::Kind::Index) {
        const FdInfo* info = find_fd(c, arg.index);
        return info == nullptr ? Value::absent() : type_list(c, type_bit(info->type));
    }
    std::uint32_t types = c.fd == nullptr ? 0 : type_bit(c.fd->type);
    if (const auto& table = c.thread->leader->fds) {
        table->for_each([&](const FdInfo& entry) { types |= type_bit(entry.type); });
    }
    return type_list(c, types);
}

// What the kernel itself calls the object: links and bind mounts followed.
Value fd_realpath(const Context& c, const FieldArg&) noexcept {
    if (c.event.has_extra(REC_X_REAL)) return Value::of_text(c.event.extra(REC_X_REAL));
    if (c.event.type() == EventType::execve || c.event.type() == EventType::execveat) {
        constexpr std::size_t kTrustedExepath = 27;
        return is_path(c.event, kTrustedExepath) ? Value::of_text(c.event.text(kTrustedExepath))
                                                 : Value::absent();
    }
    const rec_fd* object = c.event.fd_object();
    if (object == nullptr || (object->kind & 0170000) == 0140000) return Value::absent();
    const std::string_view path = c.event.fd_object_text();
    return path.empty() ? Value::absent() : Value::of_text(path);
}

}  // namespace extract
}  // namespace sensor::fields
