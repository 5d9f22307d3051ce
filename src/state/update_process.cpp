// SPDX-License-Identifier: Apache-2.0
// Directories, ids, sessions, capabilities, namespaces, limits; and the switch over all events.
#include "state/path.hpp"
#include "state/update.hpp"

namespace sensor::state {
namespace {

constexpr std::uint64_t kCloneNewuser = 0x100000;
constexpr std::uint64_t kAllCaps = (std::uint64_t{1} << 41) - 1;  // bits 0..40
constexpr std::uint64_t kRlimitNofile = 7;
constexpr std::int64_t kPrSetChildSubreaper = 36;

/// Sets a number that STEADY fields look at.
template <typename T>
void change(Thread& thread, T& known, T now) {
    if (known != now) ThreadTable::changed(thread);
    known = now;
}

}  // namespace

void State::apply(const Event& event, Thread& thread) {
    ProcessUpdate process(*this, event);
    switch (event.type()) {
        case EventType::clone:
        case EventType::clone3:
        case EventType::fork:
        case EventType::vfork: return process.clone(thread);
        case EventType::execve:
        case EventType::execveat: return process.exec(thread);
        case EventType::procexit: return process.exit(thread);
        case EventType::chdir:
        case EventType::fchdir:
        case EventType::getcwd: return process.change_directory(thread);
        case EventType::chroot: return process.change_root(thread);
        case EventType::setuid:
        case EventType::setreuid:
        case EventType::setresuid:
        case EventType::setgid:
        case EventType::setregid:
        case EventType::setresgid: return process.change_ids(thread);
        case EventType::setsid: return process.new_session(thread);
        case EventType::setpgid: return process.set_group(thread);
        case EventType::capset: return process.set_capabilities(thread);
        case EventType::setns:
        case EventType::unshare: return process.change_namespace(thread);
        case EventType::prlimit:
        case EventType::setrlimit:
        case EventType::getrlimit: return process.set_limit(thread);
        case EventType::prctl: return process.control(thread);
        case EventType::brk:
        case EventType::mmap:
        case EventType::mmap2:
        case EventType::munmap: return process.take_memory(thread, 1);
        case EventType::sched_switch: return process.take_faults(thread, 1);
        case EventType::open_enter:
        case EventType::openat_enter:
        case EventType::openat2_enter:
        case EventType::creat_enter:
        case EventType::connect_enter: return FdUpdate(*this, event, thread).remember_enter();
        default: break;
    }
    FdUpdate files(*this, event, thread);
    if (!files.apply()) SocketUpdate(*this, event, thread).apply();
}

void ProcessUpdate::change_directory(Thread& thread) {
    if (!event_.has(0) || event_.result() < 0) return;
    std::string path;
    if (event_.type() == EventType::fchdir) {
        const std::int64_t fd = event_.i64(1);
        const rec_fd* object = event_.fd_object();
        const FdInfo* known = thread.fd(fd);
        const bool described = object != nullptr && static_cast<std::int64_t>(object->fd) == fd;
        if (known != nullptr && (!described || same_object(*known, *object)))
            path = known->name();
        else if (described)
            path = event_.fd_object_text();
        else if (state_.proc_ && thread.leader->ns_tgid != 0)
            path = state_.proc_->read_cwd(thread.leader->ns_tgid);
        if (path.empty()) return;
    } else {
        path = event_.text(1);
        if (path.empty()) return;
    }
    const std::string_view from =
        thread.leader->cwd ? view(thread.leader->cwd) : event_.extra(REC_X_DIR);
    if (!path.starts_with('/') && from.empty()) return;
    const SharedText cwd = state_.share(with_slash(join_path(from, path)));
    if (view(cwd) != view(thread.leader->cwd)) ThreadTable::changed(thread);
    thread.leader->cwd = cwd;
}

void ProcessUpdate::change_root(Thread& thread) {
    if (!event_.has(0) || event_.result() < 0) return;
    const SharedText root = state_.share(join_path(thread.directory(), event_.text(1)));
    const Thread* member = &thread;
    do {  // threads share their root
        const_cast<Thread*>(member)->root = root;
        member = member->next_member;
    } while (member != &thread);
}

void ProcessUpdate::change_ids(Thread& thread) {
    if (!event_.has(0) || event_.result() != 0) return;
    // Where the process has a user namespace of its own the arguments are its numbers, not the
    // host's: there /proc knows better.
    if (thread.own_userns && state_.proc_ && thread.leader->ns_tgid != 0) {
        std::uint32_t uid = 0, gid = 0;
        if (state_.proc_->read_ids(thread.leader->ns_tgid, uid, gid)) {
            change(thread, thread.uid, uid);
            change(thread, thread.gid, gid);
            return;
        }
    }
    switch (event_.type()) {
        case EventType::setuid: return set_uid(thread, 1);
        case EventType::setreuid:
        case EventType::setresuid: return set_uid(thread, 2);
        case EventType::setgid: return set_gid(thread, 1);
        default: return set_gid(thread, 2);
    }
}

// -1 means "leave as it is".
void ProcessUpdate::set_uid(Thread& thread, std::size_t param) {
    const auto uid = static_cast<std::uint32_t>(event_.u64(param));
    if (event_.has(param) && uid != kNoId) change(thread, thread.uid, uid);
}

void ProcessUpdate::set_gid(Thread& thread, std::size_t param) {
    const auto gid = static_cast<std::uint32_t>(event_.u64(param));
    if (event_.has(param) && gid != kNoId) change(thread, thread.gid, gid);
}

// The new session has the caller's own number; the result is that number in its namespace.
void ProcessUpdate::new_session(Thread& thread) {
    if (!event_.has(0) || event_.result() < 0) return;
    ThreadTable::changed(thread);
    Thread* member = &thread;
    do {
        member->sid = member->pgid = thread.tgid;
        member->vpgid = event_.result();
        member->tty = 0;
        member = member->next_member;
    } while (member != &thread);
}

// Arguments are the caller's numbers: 0 is itself, else itself or one of its children.
void ProcessUpdate::set_group(Thread& thread) {
    if (!event_.has(0) || event_.result() != 0) return;
    const std::int64_t who = event_.i64(1);
    Thread* target = nullptr;
    if (who == 0 || who == thread.vpid) {
        target = thread.leader;
    } else {
        for (Thread* child = thread.first_child; child != nullptr; child = child->next_sibling) {
            if (child->vpid == who) target = child;
        }
    }
    if (target == nullptr) return;
    const std::int64_t wanted = event_.i64(2) == 0 ? target->vpid : event_.i64(2);
    std::int64_t number = thread.in_pidns ? 0 : wanted;
    if (wanted == target->vpid) number = target->tgid;
    for (Thread* child = thread.first_child; number == 0 && child != nullptr;
         child = child->next_sibling) {
        if (child->vpid == wanted) number = child->tgid;
    }
    if (number == 0 && wanted == thread.vpgid) number = thread.pgid;
    target->vpgid = wanted;
    target->pgid = number;
    ThreadTable::changed(*target);
}

void ProcessUpdate::set_capabilities(Thread& thread) {
    if (!event_.has(0) || event_.result() < 0) return;
    change(thread, thread.cap_inheritable, event_.u64(1));
    change(thread, thread.cap_permitted, event_.u64(2));
    change(thread, thread.cap_effective, event_.u64(3));
}

void ProcessUpdate::change_namespace(Thread& thread) {
    if (!event_.has(0) || event_.result() < 0) return;
    const std::size_t flags = event_.type() == EventType::setns ? 2 : 1;
    if ((event_.u64(flags) & kCloneNewuser) == 0) return;
    thread.own_userns = true;
    thread.cap_inheritable = thread.cap_permitted = thread.cap_effective = kAllCaps;
    ThreadTable::changed(thread);
}

void ProcessUpdate::set_limit(Thread& thread) {
    if (!event_.has(0) || event_.result() < 0) return;
    if (event_.type() == EventType::prlimit) {
        if (event_.u64(6) != kRlimitNofile || !event_.has(1)) return;
        const std::int64_t who = event_.i64(5);
        Thread* target = who == 0 || who == thread.vpid ? thread.leader : nullptr;
        // The number is the caller's: outside of a namespace the kernel's.
        if (target == nullptr && !thread.in_pidns && who > 0)
            target = state_.threads_.find(static_cast<std::uint32_t>(who));
        const std::int64_t limit =
            event_.i64(1) != 0 || event_.i64(2) != 0 ? event_.i64(1) : event_.i64(3);
        if (target != nullptr && limit > 0) target->leader->fd_limit = limit;
        return;
    }
    if (event_.u64(3) == kRlimitNofile && event_.has(1)) thread.leader->fd_limit = event_.i64(1);
}

void ProcessUpdate::control(Thread& thread) {
    if (!event_.has(0) || event_.result() < 0) return;
    if (event_.i64(1) == kPrSetChildSubreaper) thread.leader->reaper = event_.i64(3) != 0;
}

}  // namespace sensor::state
