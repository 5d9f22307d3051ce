// SPDX-License-Identifier: Apache-2.0
// The start-up scan: the kernel's list of tasks completed from /proc, or /proc alone.
#include <string.h>

#include "state/path.hpp"
#include "state/update.hpp"

namespace sensor::state {
namespace {

constexpr std::uint32_t kKernelThread = 0x00200000;

std::string block_of(const std::vector<std::string>& texts) {
    std::string block;
    for (const std::string& text : texts) block.append(text).append(1, '\0');
    return block;
}

}  // namespace

void State::scan(const std::vector<TaskSnapshot>& tasks) {
    if (tasks.empty()) return scan_proc();
    for (const TaskSnapshot& task : tasks) {
        if (task.ns_tgid != 0) learn_number(task.ns_tgid, task.tgid);
    }
    for (const TaskSnapshot& task : tasks) scan_task(task, true);
    for (const TaskSnapshot& task : tasks) scan_task(task, false);
    for (const TaskSnapshot& task : tasks) {  // parents may have come after their children
        Thread* leader = task.tid == task.tgid ? threads_.find(task.tid) : nullptr;
        if (leader != nullptr) threads_.set_parent(*leader, task.parent_tgid);
    }
}

void State::scan_task(const TaskSnapshot& task, bool leaders) {
    const bool is_leader = task.tid == task.tgid;
    if (is_leader != leaders || (task.flags & kKernelThread) != 0) return;
    if (threads_.find(task.tid) != nullptr) return;
    if (!is_leader && threads_.find(task.tgid) == nullptr) return;
    threads_.next_step();
    Thread& thread = threads_.add(task.tid, task.tgid, 0);
    thread.ns_tgid = task.ns_tgid;
    ProcInfo info;
    if (!is_leader)
        copy_common(*thread.leader, thread);
    else if (proc_ && task.ns_tgid != 0 && proc_->read(task.ns_tgid, info))
        fill(thread, info);
    const std::string_view comm(task.comm.data(), ::strnlen(task.comm.data(), task.comm.size()));
    thread.set_comm(comm);
    if (!thread.image) {
        auto image = make_ref<ExecImage>();
        image->exe = image->comm = comm;
        image->join_texts();
        thread.image = image;
    }
    thread.start_ns = task.start_ns;
    thread.start_exact = true;
    thread.clone_ts_ns = to_epoch(task.start_ns);
    thread.sid = task.sid;
    thread.pgid = task.pgid;
    thread.vpgid = task.vpgid;
    thread.vtid = task.vtid;
    thread.vpid = task.vpid;
    thread.in_pidns = task.vtid != static_cast<std::int64_t>(task.tid);
    thread.tty = task.tty;
    thread.loginuid = task.loginuid;
    thread.uid = task.uid;
    thread.gid = task.gid;
    thread.cap_inheritable = task.cap_inheritable;
    thread.cap_permitted = task.cap_permitted;
    thread.cap_effective = task.cap_effective;
    thread.cgroup_id = task.cgroup;
    thread.known = true;
    if (is_leader && (thread.tid == 1 || thread.vpid == 1)) thread.reaper = true;
    if (thread.pidns_start_ns == 0) thread.pidns_start_ns = options_.boot_epoch_ns;
}

// Without the kernel's list its numbers are taken to be those of /proc.
void State::scan_proc() {
    if (!proc_) return;
    for (std::uint32_t tgid : proc_->processes()) {
        if (threads_.find(tgid) != nullptr) continue;
        ProcInfo info;
        if (!proc_->read(tgid, info) || info.kernel_thread) continue;
        threads_.next_step();
        Thread& leader = threads_.add(tgid, tgid, info.ppid);
        leader.pidns_start_ns = options_.boot_epoch_ns;
        leader.ns_tgid = tgid;
        fill(leader, info);
        for (std::uint32_t tid : proc_->threads(tgid)) {
            if (tid != tgid && threads_.find(tid) == nullptr) make_member(leader, tid, tid);
        }
    }
    threads_.for_each([&](Thread& thread) { threads_.adopt_waiting(thread); });
}

void State::fill(Thread& leader, const ProcInfo& info) {
    // A program that goes on keeps the name it was started by: it may have taken another since, of
    // which no event tells, and when /proc is read must not decide what an alert says.
    const bool goes_on = leader.image && leader.image->exe == info.exe &&
                         leader.image->args == info.args && info.exe_ino != 0 &&
                         leader.image->exe_ino == info.exe_ino;
    auto image = make_ref<ExecImage>();
    image->exe = info.exe.empty() ? info.comm : info.exe;
    image->exepath = info.exepath;
    image->args = info.args;
    image->env = share(info.env);
    image->comm = goes_on ? leader.image->comm : info.comm;
    image->exe_ino = info.exe_ino;
    image->ctime_ns = info.exe_ctime_ns;
    image->mtime_ns = info.exe_mtime_ns;
    image->writable = info.exe_writable;
    image->from_memfd = info.exe_memfd;
    image->join_texts();
    leader.image = image;
    if (!goes_on) leader.set_comm(info.comm);
    if (!info.cwd.empty()) leader.cwd = share(with_slash(info.cwd));
    leader.root = share(info.root.empty() ? "/" : info.root);
    set_cgroups(leader, info.cgroups);
    ask_users(leader);
    leader.fd_limit = info.fd_limit;
    leader.vtid = info.vtid >= 0 ? info.vtid : static_cast<std::int64_t>(leader.tid);
    leader.vpid = info.vpid >= 0 ? info.vpid : static_cast<std::int64_t>(leader.tgid);
    leader.vpgid = info.vpgid;
    leader.sid = kernel_number(static_cast<std::uint32_t>(info.sid));
    leader.pgid = kernel_number(static_cast<std::uint32_t>(info.pgid));
    leader.in_pidns = info.in_pidns || leader.vtid != static_cast<std::int64_t>(leader.tid);
    leader.tty = info.tty;
    leader.uid = info.uid;
    leader.gid = info.gid;
    leader.loginuid = info.loginuid;
    leader.cap_inheritable = info.cap_inheritable;
    leader.cap_permitted = info.cap_permitted;
    leader.cap_effective = info.cap_effective;
    leader.vm_size_kb = info.vm_size_kb;
    leader.vm_rss_kb = info.vm_rss_kb;
    leader.vm_swap_kb = info.vm_swap_kb;
    leader.faults_major = info.faults_major;
    leader.faults_minor = info.faults_minor;
    if (leader.start_ns == 0) {
        leader.start_ns = info.start_ns;
        leader.start_exact = false;
        leader.clone_ts_ns = to_epoch(info.start_ns);
    }
    if (leader.tid == 1 || leader.vpid == 1) leader.reaper = true;
    leader.known = true;
}

Thread& State::add_process(const ProcessSpec& spec) {
    const std::uint32_t tgid = spec.tgid == 0 ? spec.tid : spec.tgid;
    if (Thread* old = threads_.find(spec.tid)) drop(*old);
    threads_.next_step();
    Thread& thread = threads_.add(spec.tid, tgid, spec.ptid);
    auto image = make_ref<ExecImage>();
    image->exe = spec.exe.empty() ? spec.comm : spec.exe;
    image->exepath = spec.exepath;
    image->args = block_of(spec.args);
    image->env = share(block_of(spec.env));
    image->comm = spec.comm;
    image->exe_ino = spec.exe_ino;
    image->ctime_ns = spec.exe_ctime_ns;
    image->mtime_ns = spec.exe_mtime_ns;
    image->writable = spec.exe_writable;
    image->upper_layer = spec.exe_upper_layer;
    image->lower_layer = spec.exe_lower_layer;
    image->from_memfd = spec.exe_from_memfd;
    image->join_texts();
    thread.image = image;
    thread.set_comm(spec.comm);
    const auto or_tgid = [&](std::int64_t number) {
        return number < 0 ? static_cast<std::int64_t>(tgid) : number;
    };
    thread.sid = or_tgid(spec.sid);
    thread.pgid = or_tgid(spec.pgid);
    thread.vpgid = or_tgid(spec.vpgid);
    thread.vpid = or_tgid(spec.vpid);
    thread.vtid = spec.vtid < 0 ? static_cast<std::int64_t>(spec.tid) : spec.vtid;
    thread.in_pidns = spec.in_pidns || thread.vtid != static_cast<std::int64_t>(spec.tid);
    thread.ns_tgid = tgid;
    thread.start_ns = spec.start_ns;
    thread.clone_ts_ns = spec.clone_ts_ns;
    thread.pidns_start_ns = spec.pidns_start_ns;
    thread.uid = spec.uid;
    thread.gid = spec.gid;
    thread.loginuid = spec.loginuid;
    thread.tty = spec.tty;
    thread.cap_inheritable = spec.cap_inheritable;
    thread.cap_permitted = spec.cap_permitted;
    thread.cap_effective = spec.cap_effective;
    thread.root = share(spec.root);
    set_cgroups(thread, spec.cgroups);
    if (spec.container) thread.container = spec.container;
    thread.known = true;
    if (!thread.is_leader()) return thread;
    thread.cwd = share(with_slash(spec.cwd));
    thread.fd_limit = spec.fd_limit;
    thread.reaper = spec.tid == 1 || thread.vpid == 1;
    for (const auto& [fd, info] : spec.fds) put_fd(thread, fd, info);
    return thread;
}

}  // namespace sensor::state
