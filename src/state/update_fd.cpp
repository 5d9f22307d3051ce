// SPDX-License-Identifier: Apache-2.0
// Descriptors of files, pipes and anonymous objects: what a successful call leaves in the table.
#include <sys/stat.h>

#include <functional>

#include "state/path.hpp"
#include "state/update.hpp"

namespace sensor::state {
namespace {

constexpr std::int64_t kAtFdcwd = -100;
constexpr std::uint32_t kODirectory = 0x400, kOCloexec = 0x1000,
                        kOTmpfile = 0x2000;  // as printed, not the kernel's
constexpr std::uint32_t kUpperLayer = 0x8000, kLowerLayer = 0x10000;
constexpr std::uint32_t kFirstExitFlag = 0x4000;  // this and higher bits are added at exit
constexpr int kNone = -1;

bool is_text(std::string_view name) noexcept {
    return !name.empty() && name != "<NA>" && name != "(NULL)";
}

std::uint64_t hash_path(std::string_view path) noexcept {
    const std::uint64_t hash = std::hash<std::string_view>{}(path);
    return hash == 0 ? 1 : hash;
}

// Commands of bpf() whose result is a descriptor.
bool bpf_makes_fd(std::int64_t command) noexcept {
    switch (command) {
        case 0:     // MAP_CREATE
        case 5:     // PROG_LOAD
        case 7:     // OBJ_GET
        case 0x0d:  // PROG_GET_FD_BY_ID
        case 0x0e:  // MAP_GET_FD_BY_ID
        case 0x11:  // RAW_TRACEPOINT_OPEN
        case 0x12:  // BTF_LOAD
        case 0x13:  // BTF_GET_FD_BY_ID
        case 0x1c:  // LINK_CREATE
        case 0x1e:  // LINK_GET_FD_BY_ID
        case 0x20:  // ENABLE_STATS
        case 0x21:  // ITER_CREATE
        case 0x24:  // TOKEN_CREATE
            return true;
        default: return false;
    }
}

}  // namespace

std::string_view directory_of(const Event& event, const Thread& thread, std::int64_t dirfd,
                              std::string_view kernel) noexcept {
    if (!kernel.empty() && (event.head().flags & REC_F_ODD_DIR) == 0) return kernel;
    const std::string_view unknown = kernel.empty() ? kUnknownDir : kernel;
    if (dirfd == kAtFdcwd) return thread.leader->cwd ? view(thread.leader->cwd) : unknown;
    const FdInfo* known = thread.fd(dirfd);
    if (known == nullptr || known->name().empty()) return unknown;
    if (kernel.empty()) return known->name();
    const std::uint64_t hash = known->real_hash();
    const bool same = hash == 0 ? known->name() == kernel : hash == hash_path(kernel);
    return same ? known->name() : kernel;
}

bool FdUpdate::apply() {
    const std::uint64_t flag = event_.u64(1);
    switch (event_.type()) {
        case EventType::open: open({kNone, 1, 2, 4, 5}); return true;
        case EventType::openat: open({1, 2, 3, 5, 6}); return true;
        case EventType::openat2: open({1, 2, 3, 6, 7}); return true;
        case EventType::creat: creat(); return true;
        case EventType::open_by_handle_at: open_by_handle(); return true;
        case EventType::dup: duplicate(event_.i64(1), event_.i64(0), false); return true;
        case EventType::dup2: duplicate(event_.i64(1), event_.i64(0), false); return true;
        case EventType::dup3:
            duplicate(event_.i64(1), event_.i64(0), (event_.u64(3) & kOCloexec) != 0);
            return true;
        case EventType::fcntl: fcntl(); return true;
        case EventType::pipe:
        case EventType::pipe2: pipe(); return true;
        case EventType::socketpair: socketpair(); return true;
        case EventType::eventfd: plain(FdType::Event, false); return true;
        case EventType::eventfd2: plain(FdType::Event, (flag & kOCloexec) != 0); return true;
        case EventType::signalfd: signalfd(false); return true;
        case EventType::signalfd4: signalfd((flag & kOCloexec) != 0); return true;
        case EventType::timerfd_create: plain(FdType::Timer, false); return true;
        case EventType::inotify_init: plain(FdType::Inotify, false); return true;
        case EventType::inotify_init1: plain(FdType::Inotify, (flag & kOCloexec) != 0); return true;
        case EventType::epoll_create: plain(FdType::Eventpoll, false); return true;
        case EventType::epoll_create1: plain(FdType::Eventpoll, (flag & 1) != 0); return true;
        case EventType::userfaultfd: plain(FdType::Userfault, (flag & kOCloexec) != 0); return true;
        case EventType::io_uring_setup: plain(FdType::IoUring, true); return true;
        case EventType::memfd_create: memfd(); return true;
        case EventType::pidfd_open: pidfd_open(); return true;
        case EventType::pidfd_getfd: pidfd_getfd(); return true;
        case EventType::bpf: bpf(); return true;
        default: return false;
    }
}

void FdUpdate::remember_enter() {
    if (!thread_.enter) thread_.enter = std::make_unique<EnterData>();
    EnterData& enter = *thread_.enter;
    enter.type = static_cast<std::uint16_t>(event_.type());
    const bool has_dirfd =
        event_.type() == EventType::openat_enter || event_.type() == EventType::openat2_enter;
    const std::size_t name = has_dirfd ? 1 : 0;
    if (event_.type() == EventType::connect_enter) {
        enter.name = event_.text(1);
        return;
    }
    enter.dirfd = has_dirfd ? event_.i64(0) : kAtFdcwd;
    enter.name = event_.text(name);
    enter.flags = event_.type() == EventType::creat_enter ? 0 : event_.u64(name + 1);
}

// The enter event counts only if it is the one directly before, of this thread and call.
bool FdUpdate::applies_enter() const {
    const auto type = static_cast<std::uint16_t>(event_.type());
    return thread_.enter && thread_.last_type == type - 1 && thread_.enter->type == type - 1 &&
           is_text(thread_.enter->name);
}

FdInfo& FdUpdate::add(FdInfo info, std::int64_t fd) {
    FdInfo& kept = state_.put_fd(thread_, fd, std::move(info));
    state_.bind(fd, &kept);
    return kept;
}

// O_TMPFILE holds the bit of O_DIRECTORY, and old probes set it with that one: the kernel's object
// tells them apart.
bool FdUpdate::opens_directory(std::uint64_t flags) const {
    if ((flags & kODirectory) == 0) return false;
    const rec_fd* object = event_.fd_object();
    return (flags & kOTmpfile) == 0 || object == nullptr || object->kind == S_IFDIR;
}

void FdUpdate::open(const OpenParams& params) {
    if (!event_.has(0) || event_.result() < 0) return;
    const auto u64 = [&](int k) { return event_.u64(static_cast<std::size_t>(k)); };
    std::string_view name = event_.text(static_cast<std::size_t>(params.name));
    std::int64_t dirfd =
        params.dirfd == kNone ? kAtFdcwd : event_.i64(static_cast<std::size_t>(params.dirfd));
    std::uint64_t flags = u64(params.flags);
    if (applies_enter()) {
        name = thread_.enter->name;
        dirfd = thread_.enter->dirfd;
        flags = (thread_.enter->flags & (kFirstExitFlag - 1)) |
                (flags & ~std::uint64_t{kFirstExitFlag - 1});
    }
    FdInfo info(opens_directory(flags) ? FdType::Directory : FdType::File);
    info.flags = static_cast<std::uint32_t>(flags);
    info.cloexec = (flags & kOCloexec) != 0;
    info.upper_layer = (flags & kUpperLayer) != 0;
    info.lower_layer = (flags & kLowerLayer) != 0;
    info.dev = static_cast<std::uint32_t>(u64(params.dev));
    info.ino = u64(params.ino);
    const std::string_view real = event_.extra(REC_X_REAL);
    char joined[kPathBuffer];
    FdParts parts;
    parts.name = real;  // should the name not have been readable
    if (!real.empty()) parts.id = hash_path(real);
    if (is_text(name)) {
        const bool absolute = name.starts_with('/');
        parts.name =
            join_path(absolute ? std::string_view{}
                               : directory_of(event_, thread_, dirfd, event_.extra(REC_X_DIR)),
                      name, joined);
        parts.raw_name = name;
    }
    info.assign(parts);
    add(std::move(info), event_.result());
}

void FdUpdate::creat() {
    open({kNone, 1, 2, 3, 4});
    if (!event_.has(0) || event_.result() < 0) return;
    // The parameter taken for flags is the mode: creat has no flags but the layers.
    FdInfo* made = state_.own_fds(thread_).edit(event_.result());
    FdInfo& info = made == nullptr ? state_.held_ : *made;
    const std::uint64_t layers = event_.u64(5);
    info.type = FdType::File;
    info.cloexec = false;
    info.upper_layer = (layers & 1) != 0;
    info.lower_layer = (layers & 2) != 0;
    info.flags = (info.upper_layer ? kUpperLayer : 0) | (info.lower_layer ? kLowerLayer : 0);
}

void FdUpdate::open_by_handle() { open({kNone, 3, 2, 4, 5}); }

void FdUpdate::duplicate(std::int64_t old_fd, std::int64_t new_fd, bool cloexec) {
    if (!event_.has(0) || event_.result() < 0) return;
    const FdInfo* old = thread_.fd(old_fd);
    const rec_fd* object = event_.fd_object();
    const bool described = object != nullptr && static_cast<std::int64_t>(object->fd) == new_fd;
    if (described && (old == nullptr || !same_object(*old, *object))) {
        // Nobody reported how the first one was opened.
        state_.learn_object(thread_, *object, event_.fd_object_text());
        if (FdInfo* made = state_.own_fds(thread_).edit(new_fd)) {
            made->cloexec = cloexec;
            state_.bind(new_fd, made);
        }
        return;
    }
    if (old == nullptr) {  // unknown: what stood under the new number is gone all the same
        if (thread_.fd(new_fd) != nullptr) state_.own_fds(thread_).erase(new_fd);
        return;
    }
    if (old_fd == new_fd) return;
    FdInfo copy = *old;
    copy.cloexec = cloexec;
    add(std::move(copy), new_fd);
}

void FdUpdate::fcntl() {
    constexpr std::int64_t kDupfd = 1, kSetfd = 3, kDupfdCloexec = 0x1a;
    if (!event_.has(0) || event_.result() < 0) return;
    const std::int64_t fd = event_.i64(1), command = event_.i64(2);
    if (command == kDupfd || command == kDupfdCloexec) {
        duplicate(fd, event_.result(), command == kDupfdCloexec);
    } else if (command == kSetfd && thread_.fd(fd) != nullptr) {
        state_.own_fds(thread_).edit(fd)->cloexec = (event_.u64(3) & 1) != 0;
    }
}

FdInfo* FdUpdate::plain(FdType type, bool cloexec) {
    if (!event_.has(0)) return nullptr;
    if (event_.result() < 0) {
        state_.bind(-1, nullptr);
        return nullptr;
    }
    FdInfo info(type);
    info.cloexec = cloexec;
    return &add(std::move(info), event_.result());
}

// With a descriptor given, the call changes that one's mask and nothing else.
void FdUpdate::signalfd(bool cloexec) {
    const std::size_t fd = event_.type() == EventType::signalfd4 ? 2 : 1;
    const bool same = event_.has(0) && event_.result() >= 0 && event_.has(fd) &&
                      event_.i64(fd) == event_.result();
    const FdInfo* known = same ? thread_.fd(event_.result()) : nullptr;
    if (known != nullptr && known->type == FdType::Signal)
        return state_.bind(event_.result(), known);
    plain(FdType::Signal, cloexec);
}

void FdUpdate::pipe() {
    if (!event_.has(0) || event_.result() < 0) return state_.bind(-1, nullptr);
    for (std::size_t end : {std::size_t{1}, std::size_t{2}}) {
        FdInfo info(FdType::Pipe);
        info.ino = event_.u64(3);
        info.cloexec = (event_.u64(4) & kOCloexec) != 0;
        add(std::move(info), event_.i64(end));
    }
}

void FdUpdate::socketpair() {
    constexpr std::uint64_t kSockCloexec = 02000000;
    if (!event_.has(0) || event_.result() < 0) return state_.bind(-1, nullptr);
    for (std::size_t end : {std::size_t{1}, std::size_t{2}}) {
        FdInfo info(FdType::Unix);
        info.cloexec = (event_.u64(6) & kSockCloexec) != 0;
        info.connected = true;
        info.set_names(unix_text(event_.u64(3), event_.u64(4), {}), {});
        add(std::move(info), event_.i64(end));
    }
}

void FdUpdate::memfd() {
    FdInfo* made = plain(FdType::Memfd, (event_.u64(2) & 1) != 0);
    if (made != nullptr) made->set_names(event_.text(1), {});
}

void FdUpdate::pidfd_open() {
    FdInfo* made = plain(FdType::Pidfd, true);
    if (made == nullptr) return;
    const std::string name = "/proc/" + std::to_string(event_.i64(1));
    FdParts parts;
    parts.name = name;
    parts.id = event_.u64(1);
    made->assign(parts);
}

void FdUpdate::pidfd_getfd() {
    if (!event_.has(0) || event_.result() < 0) return;
    const FdInfo* pidfd = thread_.fd(event_.i64(1));
    // The number was given in the caller's namespace: only outside of one is it the kernel's.
    const std::int64_t number = pidfd == nullptr || thread_.in_pidns ? 0 : pidfd->pidfd_number();
    const Thread* target = number <= 0 ? nullptr : state_.find(static_cast<std::uint32_t>(number));
    const FdInfo* source = target == nullptr ? nullptr : target->fd(event_.i64(2));
    if (source == nullptr) {
        state_.own_fds(thread_).erase(event_.result());
        return;
    }
    FdInfo copy = *source;
    copy.cloexec = true;
    add(std::move(copy), event_.result());
}

void FdUpdate::bpf() {
    if (bpf_makes_fd(event_.i64(1))) plain(FdType::Bpf, true);
}

}  // namespace sensor::state
