// SPDX-License-Identifier: Apache-2.0
// clone, clone3, fork, vfork: parent and child each report, in any order. Who makes the new entry:
// the child's own event always may; the parent's only if the number it got is the kernel's own.
#include <algorithm>
#include <utility>

#include "state/update.hpp"

namespace sensor::state {
namespace {

enum Param : std::size_t {
    kRes,
    kExe,
    kArgs,
    kTid,
    kPid,
    kPtid,
    kCwd,
    kFdLimit,
    kFaultsMajor,
    kFaultsMinor,
    kVmSize,
    kVmRss,
    kVmSwap,
    kComm,
    kCgroups,
    kFlags,
    kUid,
    kGid,
    kVtid,
    kVpid,
    kPidnsStart,
};

constexpr std::uint64_t kCloneNewpid = 0x40, kCloneParent = 0x100, kCloneThread = 0x2000,
                        kCloneNewuser = 0x100000;
constexpr std::uint64_t kCloneVfork = 0x8000000, kChildInPidns = 0x20000000;
}  // namespace

void copy_common(const Thread& from, Thread& to) {
    to.vpid = from.vpid;
    to.sid = from.sid;
    to.pgid = from.pgid;
    to.vpgid = from.vpgid;
    to.start_ns = from.leader->start_ns;
    to.start_exact = from.leader->start_exact;
    to.ns_tgid = from.leader->ns_tgid;
    to.clone_ts_ns = from.leader->clone_ts_ns;
    to.last_exec_ts_ns = from.last_exec_ts_ns;
    to.pidns_start_ns = from.pidns_start_ns;
    to.image = from.image;
    to.comm_data = from.comm_data;
    to.comm_size = from.comm_size;
    to.uid = from.uid;
    to.gid = from.gid;
    to.loginuid = from.loginuid;
    to.cap_inheritable = from.cap_inheritable;
    to.cap_permitted = from.cap_permitted;
    to.cap_effective = from.cap_effective;
    to.tty = from.tty;
    to.cgroup_id = from.cgroup_id;
    to.cgroups = from.cgroups;
    to.root = from.root;
    to.container = from.container;
    to.vm_size_kb = from.vm_size_kb;
    to.vm_rss_kb = from.vm_rss_kb;
    to.vm_swap_kb = from.vm_swap_kb;
    to.in_pidns = from.in_pidns;
    to.own_userns = from.own_userns;
    to.known = from.known;
}

bool ProcessUpdate::exited_lately(std::uint32_t tid, std::uint32_t ptid) const {
    return std::any_of(state_.recent_exits_.begin(), state_.recent_exits_.end(),
                       [&](const State::RecentExit& gone) {
                           return gone.tid == tid && gone.ptid == ptid &&
                                  is_recent(gone.ts_ns, event_.ts_ns());
                       });
}

// A process tells of its end before the kernel gives its children away: what they say of it in
// between names a parent that is gone.
std::uint32_t ProcessUpdate::parent_now(std::uint32_t ptid) const {
    constexpr int kMostHeirs = 4;
    for (int step = 0; step < kMostHeirs; ++step) {
        const Thread* const parent = state_.threads_.find(ptid);
        if (ptid == 0 || (parent != nullptr && !parent->exited)) return ptid;
        const auto gone = std::find_if(
            state_.recent_exits_.begin(), state_.recent_exits_.end(), [&](const auto& one) {
                return one.tid == ptid && one.heir != 0 && is_recent(one.ts_ns, event_.ts_ns());
            });
        if (gone == state_.recent_exits_.end()) return ptid;
        ptid = gone->heir;
    }
    return ptid;
}

Ref<ExecImage> ProcessUpdate::image_of_clone(const Thread* from) const {
    const Ref<ExecImage> shared = from == nullptr ? Ref<ExecImage>{} : from->image;
    const std::string_view exe = event_.text(kExe), args = event_.text(kArgs);
    const bool same = shared && (!event_.has(kExe) || exe == shared->exe) &&
                      (!event_.has(kArgs) || args == shared->args);
    if (same) return shared;
    // A program that changed its own arguments, or a parent that nobody knows.
    auto image = shared ? make_ref<ExecImage>(*shared) : make_ref<ExecImage>();
    if (event_.has(kExe)) image->exe = exe;
    if (event_.has(kArgs)) image->args = args;
    if (event_.has(kComm)) image->comm = event_.text(kComm);
    image->join_texts();
    return image;
}

Thread& ProcessUpdate::add_child(std::uint32_t tid, std::uint32_t tgid, std::uint32_t ptid,
                                 const Thread& from) {
    Thread& child = state_.threads_.add(tid, tgid, ptid);
    copy_common(from, child);
    child.clone_ts_ns = event_.ts_ns();
    child.last_seen_ns = event_.ts_ns();
    if (child.is_leader()) {
        child.start_ns = 0;  // the child's own first event tells
        child.start_exact = true;
        child.ns_tgid = 0;
        child.last_exec_ts_ns = 0;
        child.cwd = from.leader->cwd;
        child.fds = from.leader->fds;
        child.fd_limit = from.leader->fd_limit;
    }
    return child;
}

// What the event says of the new thread, beyond what it inherits.
void ProcessUpdate::fill_from_clone(Thread& child, const Thread* from) {
    child.image = image_of_clone(from);
    if (event_.has(kComm)) child.set_comm(event_.text(kComm));
    if (event_.has(kFdLimit)) child.leader->fd_limit = event_.i64(kFdLimit);
    take_memory(child, kVmSize);
    if (event_.has(kUid)) child.uid = static_cast<std::uint32_t>(event_.u64(kUid));
    if (event_.has(kGid)) child.gid = static_cast<std::uint32_t>(event_.u64(kGid));
    if (event_.has(kCgroups)) state_.set_cgroups(child, event_.text(kCgroups));
    if ((event_.u64(kFlags) & kCloneNewuser) != 0) child.own_userns = true;
    child.known = true;
}

Thread* ProcessUpdate::clone_unknown() {
    if (!event_.has(kRes)) return nullptr;
    Thread* caller = state_.make_thread(event_);
    if (event_.result() > 0) clone_caller(*caller);
    return caller;
}

void ProcessUpdate::clone(Thread& caller) {
    if (event_.has(kRes) && event_.result() > 0) clone_caller(caller);
}

void ProcessUpdate::clone_caller(Thread& caller) {
    if (event_.has(kVtid)) caller.vtid = event_.i64(kVtid);
    if (event_.has(kVpid) && std::exchange(caller.vpid, event_.i64(kVpid)) != caller.vpid)
        ThreadTable::changed(caller);
    const std::uint64_t flags = event_.u64(kFlags);
    if ((flags & kChildInPidns) != 0)
        caller.in_pidns = caller.vtid != static_cast<std::int64_t>(caller.tid);
    const auto tid = static_cast<std::uint32_t>(event_.result());
    const bool own_number = (flags & (kChildInPidns | kCloneNewpid | kCloneParent)) == 0 &&
                            caller.vtid == static_cast<std::int64_t>(caller.tid);
    const bool is_vfork = event_.type() == EventType::vfork || (flags & kCloneVfork) != 0;
    const rec_head& head = event_.head();
    if (!own_number && (flags & kCloneThread) == 0 && head.pid_ns != 0) {
        const bool visible =
            head.ns_tid != 0 && caller.vtid == static_cast<std::int64_t>(head.ns_tid);
        state_.creators_.note(caller, head, tid, visible);
    }
    if (!own_number || is_vfork || exited_lately(tid, caller.tid)) return;
    if (Thread* existing = state_.threads_.find(tid)) {
        if (existing->child_first || existing->leader == caller.leader) return;
        const std::uint64_t started = state_.to_epoch(existing->leader->start_ns);
        if (existing->leader->start_exact && is_recent(started, event_.ts_ns()))
            return;  // it is the child
        state_.drop(*existing);
    }
    const bool is_thread = (flags & kCloneThread) != 0;
    Thread& child = is_thread ? add_child(tid, caller.tgid, caller.leader->ptid, caller)
                              : add_child(tid, tid, caller.tid, caller);
    fill_from_clone(child, &caller);
    child.vtid = tid;
    child.vpid = is_thread ? caller.vpid : static_cast<std::int64_t>(tid);
    if (is_thread) child.last_exec_ts_ns = caller.last_exec_ts_ns;
}

Thread* ProcessUpdate::clone_child() {
    const rec_head& head = event_.head();
    const std::uint32_t tid = head.tid;
    const auto named = static_cast<std::uint32_t>(event_.u64(kPid));
    const std::uint32_t tgid = head.tgid != 0 ? head.tgid : (named != 0 ? named : tid);
    const auto ptid = static_cast<std::uint32_t>(event_.u64(kPtid));
    const bool is_thread = tid != tgid;
    Thread* child = state_.threads_.find(tid);
    if (child != nullptr && !is_recent(child->clone_ts_ns, event_.ts_ns()) &&
        !(head.start != 0 && child->leader->start_ns == head.start && child->leader->start_exact)) {
        state_.drop(*child);
        child = nullptr;
    }
    const bool is_new = child == nullptr;
    Thread* const parent = state_.threads_.find(is_thread ? tgid : ptid);
    if (parent != nullptr) state_.threads_.touch(*parent);
    const Thread* creator = nullptr;
    if (is_new && !is_thread && head.pid_ns != 0)
        creator = state_.creators_.claim(head, static_cast<std::uint32_t>(event_.u64(kVtid)),
                                         state_.threads_);
    const Thread* const from = creator != nullptr ? creator : parent;
    const std::uint32_t heir = is_thread ? ptid : parent_now(ptid);
    if (is_new && from == nullptr) {  // nothing to inherit from: what /proc knows
        child = state_.make_thread(event_);
        if (!is_thread && heir != 0) state_.threads_.set_parent(*child, heir);
    } else if (is_new) {
        child = is_thread ? &add_child(tid, tgid, from->leader->ptid, *from)
                          : &add_child(tid, tid, heir, *from);
    }
    if (is_new) {
        child->child_first = true;
        fill_from_clone(*child, from);
    } else if (!is_thread && heir != 0 && child->ptid != heir) {
        state_.threads_.set_parent(*child, heir);
    }
    if (event_.has(kVtid)) child->vtid = event_.i64(kVtid);
    if (event_.has(kVpid)) child->vpid = event_.i64(kVpid);
    child->in_pidns =
        (event_.u64(kFlags) & kChildInPidns) != 0 || child->vtid != static_cast<std::int64_t>(tid);
    if (child->in_pidns && event_.u64(kPidnsStart) != 0)
        child->pidns_start_ns = state_.to_epoch(event_.u64(kPidnsStart));
    state_.adopt_head(*child, event_);
    ThreadTable::changed(*child);
    return child;
}

}  // namespace sensor::state
