// SPDX-License-Identifier: Apache-2.0
// fs.path.*: the one path, or the source and target, of calls that work on names.
#include "fields/extractors.hpp"
#include "fields/print.hpp"

namespace sensor::fields {
namespace {

// A path parameter and the descriptor it is relative to; name -1: none. by_fd: the path is that of
// the descriptor itself.
struct PathParam {
    int dirfd = -1;
    int name = -1;
    bool by_fd = false;
    bool even_failed = false;
};

PathParam one_path(EventType type) noexcept {
    switch (type) {
        case EventType::mkdir:
        case EventType::rmdir:
        case EventType::unlink:
        case EventType::chmod:
        case EventType::chown:
        case EventType::lchown:
        case EventType::umount:
        case EventType::umount2: return {-1, 1};
        case EventType::quotactl: return {-1, 1};
        case EventType::mkdirat:
        case EventType::unlinkat:
        case EventType::fchmodat:
        case EventType::fchownat: return {1, 2};
        case EventType::fchmod:
        case EventType::fchown: return {-1, -1, true};
        case EventType::open:
        case EventType::creat: return {-1, 1, true, true};
        case EventType::openat:
        case EventType::openat2: return {1, 2, true, true};
        case EventType::open_by_handle_at: return {-1, 3, true, true};
        default: return {};
    }
}

PathParam source_path(EventType type) noexcept {
    switch (type) {
        case EventType::rename: return {-1, 1};
        case EventType::renameat:
        case EventType::renameat2: return {1, 2};
        case EventType::link:
        case EventType::symlink: return {-1, 2};
        case EventType::linkat: return {3, 4};
        case EventType::symlinkat: return {2, 3};
        case EventType::mount: return {-1, 1};
        default: return {};
    }
}

PathParam target_path(EventType type) noexcept {
    switch (type) {
        case EventType::rename: return {-1, 2};
        case EventType::renameat:
        case EventType::renameat2: return {3, 4};
        case EventType::link: return {-1, 1};
        case EventType::linkat: return {1, 2};
        case EventType::symlink:
        case EventType::symlinkat: return {-1, 1};
        case EventType::mount: return {-1, 2};
        default: return {};
    }
}

// The one of two that is there afterwards: what a link points to is called its target.
PathParam made_path(EventType type) noexcept {
    const bool moves = type == EventType::rename || type == EventType::renameat ||
                       type == EventType::renameat2 || type == EventType::mount;
    return moves ? target_path(type) : source_path(type);
}

bool applies(const Context& c, const PathParam& path) noexcept {
    if (path.name < 0 && !path.by_fd) return false;
    return path.even_failed || (c.event.has_result() && c.event.result() >= 0);
}

Value resolved(const Context& c, const PathParam& path) noexcept {
    if (!applies(c, path)) return Value::absent();
    if (path.by_fd && c.fd != nullptr) return Value::of_text(c.fd->name());
    if (path.name < 0 || !is_path(c.event, static_cast<std::size_t>(path.name)))
        return Value::absent();
    return Value::of_text(absolute_path(c, path.dirfd, static_cast<std::size_t>(path.name)));
}

Value raw(const Context& c, const PathParam& path) noexcept {
    if (!applies(c, path)) return Value::absent();
    if (path.name < 0) return c.fd == nullptr ? Value::absent() : Value::of_text(c.fd->raw_name());
    const auto k = static_cast<std::size_t>(path.name);
    return is_path(c.event, k) ? Value::of_text(c.event.text(k)) : Value::absent();
}

}  // namespace

namespace extract {

Value fs_path_name(const Context& c, const FieldArg&) noexcept {
    return resolved(c, one_path(c.event.type()));
}
Value fs_path_nameraw(const Context& c, const FieldArg&) noexcept {
    return raw(c, one_path(c.event.type()));
}
Value fs_path_source(const Context& c, const FieldArg&) noexcept {
    return resolved(c, source_path(c.event.type()));
}
Value fs_path_sourceraw(const Context& c, const FieldArg&) noexcept {
    return raw(c, source_path(c.event.type()));
}
Value fs_path_target(const Context& c, const FieldArg&) noexcept {
    return resolved(c, target_path(c.event.type()));
}
Value fs_path_targetraw(const Context& c, const FieldArg&) noexcept {
    return raw(c, target_path(c.event.type()));
}

// What the event is about, by whatever the call names it.
Value fd_nameorpath(const Context& c, const FieldArg& arg) noexcept {
    if (c.fd != nullptr) return fd_name(c, arg);
    const EventType type = c.event.type();
    for (const PathParam& path : {one_path(type), made_path(type)}) {
        const Value value = resolved(c, path);
        if (value.present()) return value;
    }
    return fd_name(c, arg);
}

}  // namespace extract
}  // namespace sensor::fields
