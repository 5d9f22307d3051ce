// SPDX-License-Identifier: Apache-2.0
// execve, execveat and the end of threads.
#include "state/path.hpp"
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
    kEnv,
    kTty,
    kVpgid,
    kLoginuid,
    kFlags,
    kCapInheritable,
    kCapPermitted,
    kCapEffective,
    kExeIno,
    kExeCtime,
    kExeMtime,
    kUid,
    kExepath,
    kPgid,
    kGid,
    kFilename,
};
constexpr std::size_t kReaperTid = 4;  // of procexit

constexpr std::uint64_t kWritable = 1, kUpperLayer = 2, kFromMemfd = 4, kLowerLayer = 8;

}  // namespace

Ref<ExecImage> ProcessUpdate::image_of_exec() const {
    auto image = make_ref<ExecImage>();
    image->exe = event_.text(kExe);
    image->args = event_.text(kArgs);
    image->comm = event_.text(kComm);
    image->env = state_.share(event_.text(kEnv));
    image->exepath =
        without_deleted(event_.has(kExepath) ? event_.text(kExepath) : event_.extra(REC_X_REAL));
    image->exe_ino = event_.u64(kExeIno);
    image->ctime_ns = event_.u64(kExeCtime);
    image->mtime_ns = event_.u64(kExeMtime);
    const std::uint64_t flags = event_.u64(kFlags);
    image->writable = (flags & kWritable) != 0;
    image->upper_layer = (flags & kUpperLayer) != 0;
    image->lower_layer = (flags & kLowerLayer) != 0;
    image->from_memfd = (flags & kFromMemfd) != 0;
    image->join_texts();
    return image;
}

void ProcessUpdate::take_exec_numbers(Thread& thread) {
    const auto u32 = [&](std::size_t k) { return static_cast<std::uint32_t>(event_.u64(k)); };
    if (event_.has(kTty)) thread.tty = u32(kTty);
    if (event_.has(kVpgid)) thread.vpgid = event_.i64(kVpgid);
    if (event_.has(kPgid)) thread.pgid = event_.i64(kPgid);
    if (event_.has(kLoginuid)) thread.loginuid = u32(kLoginuid);
    if (event_.has(kUid)) thread.uid = u32(kUid);
    if (event_.has(kGid)) thread.gid = u32(kGid);
    if (event_.has(kCapInheritable)) thread.cap_inheritable = event_.u64(kCapInheritable);
    if (event_.has(kCapPermitted)) thread.cap_permitted = event_.u64(kCapPermitted);
    if (event_.has(kCapEffective)) thread.cap_effective = event_.u64(kCapEffective);
    if (event_.has(kFdLimit)) thread.fd_limit = event_.i64(kFdLimit);
    if (event_.has(kCgroups)) state_.set_cgroups(thread, event_.text(kCgroups));
}

void ProcessUpdate::exec(Thread& thread) {
    if (!event_.has(kRes) || event_.result() < 0)
        return;           // a failed call describes the old program
    if (thread.exited) {  // the leader had ended, another thread of its group called exec
        thread.exited = false;
        ++thread.leader->alive;
    }
    state_.threads_.keep_only(thread);
    thread.image = image_of_exec();
    thread.set_comm(event_.text(kComm));
    take_exec_numbers(thread);
    take_faults(thread, kFaultsMajor);
    thread.known = true;
    thread.last_exec_ts_ns = event_.ts_ns();
    if (!thread.cwd && !event_.text(kCwd).empty())
        thread.cwd = state_.share(with_slash(event_.text(kCwd)));
    if (thread.vpid < 0) thread.vtid = thread.vpid = thread.tgid;  // who is unknown is of the host
    if (thread.clone_ts_ns == 0) thread.clone_ts_ns = state_.to_epoch(thread.start_ns);
    const std::uint32_t ptid = parent_now(static_cast<std::uint32_t>(event_.u64(kPtid)));
    if (ptid != 0 && ptid != thread.ptid) state_.threads_.set_parent(thread, ptid);
    state_.threads_.changed_for_all_below(thread);  // its name is their parent's
    if (thread.fds) state_.own_fds(thread).erase_cloexec();
    state_.ask_users(thread);
}

void ProcessUpdate::exit(Thread& thread) {
    Thread* reaper = nullptr;
    const std::int64_t tid = event_.i64(kReaperTid);
    // 0: the kernel saw no children, -1: it gave up counting. What we know of decides then.
    if (tid > 0 && thread.first_child != nullptr)
        reaper = state_.fetch(static_cast<std::uint32_t>(tid));
    state_.creators_.ends(thread, event_.ts_ns());
    state_.threads_.mark_exited(thread, reaper);
    state_.ending_tid_ = thread.tid;
    state_.recent_exits_[state_.next_exit_] = {thread.tid, thread.leader->ptid, event_.ts_ns(),
                                               tid > 0 ? static_cast<std::uint32_t>(tid) : 0};
    state_.next_exit_ = (state_.next_exit_ + 1) % state_.recent_exits_.size();
}

void ProcessUpdate::take_memory(Thread& thread, std::size_t first) {
    const auto kb = [&](std::size_t k) { return static_cast<std::uint32_t>(event_.u64(k)); };
    if (event_.has(first)) thread.vm_size_kb = kb(first);
    if (event_.has(first + 1)) thread.vm_rss_kb = kb(first + 1);
    if (event_.has(first + 2)) thread.vm_swap_kb = kb(first + 2);
}

void ProcessUpdate::take_faults(Thread& thread, std::size_t first) {
    if (event_.has(first)) thread.faults_major = event_.u64(first);
    if (event_.has(first + 1)) thread.faults_minor = event_.u64(first + 1);
    take_memory(thread, first + 2);
}

}  // namespace sensor::state
