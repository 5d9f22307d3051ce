// SPDX-License-Identifier: Apache-2.0
// Starting the probe that probe_load.cpp loaded, and what it reports. Reading it is in
// probe_read.cpp.
#include "capture/probe.hpp"

#include "../../bpf/shared.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <sys/mman.h>
#include <unistd.h>

#include <probe.skel.h>

#include <algorithm>
#include <cerrno>
#include <iterator>

#include "base/log.hpp"
#include "capture/probe_programs.hpp"
#include "capture/walk.hpp"
#include "event/schema.hpp"

namespace sensor::capture {
namespace {

// Slot of a call in the probe's array: SLOT_OF of bpf/tables.h.
std::uint32_t slot_of(const SyscallInfo& call) {
    return call.native >= 0 ? static_cast<std::uint32_t>(call.native)
                            : REC_MAX_SYSCALLS + std::uint32_t{call.sc};
}

}  // namespace

Result<> Probe::begin(const KernelOptions& options) {
    let_go_of_unwanted(options.syscalls);
    note_unseen(options.syscalls, own_);
    skel_->bss->standard_files = options.standard_files;
    SENSOR_TRY_OK(want(options.syscalls, own_));
    close_maps();
    return start();
}

Probe::~Probe() {
    for (const Attached& each : attached_) bpf_link__destroy(each.link);
    for (const int fd : bulk_fds_) ::close(fd);
    if (counters_ != nullptr) ::munmap(const_cast<void*>(counters_), counters_bytes_);
    filtered_.reset();
    replaced_.reset();
    changed_.reset();
    probe_bpf::destroy(skel_);  // maps live on while programs use them
}

Result<> Probe::install(bpf_map* array, std::uint32_t slot, const bpf_program* program) {
    const int fd = bpf_program__fd(program);
    const int err = bpf_map_update_elem(bpf_map__fd(array), &slot, &fd, BPF_ANY);
    (array == skel_->maps.calls ? call_fds_ : handler_fds_)[slot] = err == 0 ? fd : -1;
    if (err == 0) return Ok{};
    return errno_error(format("cannot install {} for call {}", bpf_program__name(program), slot),
                       -err);
}

// Programs of `from` for wanted calls, as far as it has them loaded. A number that also is a wanted
// call of the 32-bit interface leads to on_any_call instead, which looks.
Result<> Probe::install_handlers(const ProgramSet& from) {
    for (const SyscallInfo& call : all_syscalls()) {
        if (!wanted_[call.sc] || !is_call(call)) continue;
        const bpf_program* const program = from.find(handler_of(call.event));
        if (program == nullptr) continue;
        SENSOR_TRY_OK(install(skel_->maps.handlers, slot_of(call), program));
        if (call.native < 0 || is_ambiguous(static_cast<std::uint32_t>(call.native))) continue;
        SENSOR_TRY_OK(install(skel_->maps.calls, static_cast<std::uint32_t>(call.native), program));
    }
    return Ok{};
}

/// Is the number also that of a wanted call of the 32-bit interface?
bool Probe::is_ambiguous(std::uint32_t number) const {
    const std::uint32_t slot = skel_->rodata->compat_slots[number];
    if (slot != 0 && skel_->bss->call_wanted[slot - 1] != 0) return true;
    const auto& hidden = skel_->rodata->socketcalls;
    return static_cast<int>(number) == syscall_info(std::string_view("socketcall"))->ia32 &&
           std::any_of(std::begin(hidden), std::end(hidden), [&](const socketcall& call) {
               return call.slot != 0 && skel_->bss->call_wanted[call.slot - 1] != 0;
           });
}

Result<> Probe::want(const std::bitset<REC_MAX_SC>& calls, const ProgramSet& from) {
    wanted_ |= calls;
    for (const SyscallInfo& call : all_syscalls()) {
        if (wanted_[call.sc] && is_call(call)) skel_->bss->call_wanted[slot_of(call)] = 1;
    }
    SENSOR_TRY_OK(install_handlers(from));
    const bpf_program* const any = own_.find("on_any_call");
    for (std::uint32_t nr = 0; nr < REC_MAX_SYSCALLS; ++nr) {
        if (is_ambiguous(nr)) SENSOR_TRY_OK(install(skel_->maps.calls, nr, any));
    }
    return install(skel_->maps.calls, OTHER_CALLS, any);
}

// A number that leads to on_any_call goes on doing so: it looks whether the call is wanted.
Result<> Probe::unwant(const std::bitset<REC_MAX_SC>& calls) {
    for (const SyscallInfo& call : all_syscalls()) {
        if (!calls[call.sc] || !wanted_[call.sc] || !is_call(call)) continue;
        const std::uint32_t slot = slot_of(call), number = static_cast<std::uint32_t>(call.native);
        skel_->bss->call_wanted[slot] = 0;
        if (call.native >= 0 && !is_ambiguous(number)) {
            bpf_map_delete_elem(bpf_map__fd(skel_->maps.calls), &number);
            call_fds_[number] = -1;
        }
        bpf_map_delete_elem(bpf_map__fd(skel_->maps.handlers), &slot);
        handler_fds_[slot] = -1;
    }
    wanted_ &= ~calls;
    return Ok{};
}

// By a number of its own, or by one of those that the 32-bit socketcall takes.
bool Probe::is_call(const SyscallInfo& call) const {
    const auto& hidden = skel_->rodata->socketcalls;
    return call.native >= 0 || call.ia32 >= 0 ||
           std::any_of(std::begin(hidden), std::end(hidden),
                       [&](const socketcall& row) { return row.slot == slot_of(call) + 1; });
}

Result<> Probe::attach(bpf_program* program) {
    bpf_link* const link = bpf_program__attach(program);
    if (link == nullptr)
        return errno_error(format("cannot attach {}", bpf_program__name(program)), errno);
    bpf_link_info info{};
    __u32 size = sizeof info;
    if (const int err = bpf_obj_get_info_by_fd(bpf_link__fd(link), &info, &size); err != 0)
        info.prog_id = 0;  // a kernel that tells nothing of links
    attached_.push_back({bpf_program__name(program), link, info.prog_id});
    return Ok{};
}

bool Probe::is_attached(std::string_view program) const {
    return std::any_of(attached_.begin(), attached_.end(),
                       [&](const Attached& each) { return each.program == program; });
}

Result<> Probe::attach_tracepoints(const ProgramSet& from) {
    for (const Tracepoint& tracepoint : kTracepoints) {
        bpf_program* const program = from.find(tracepoint.program);
        if (program != nullptr && !is_attached(tracepoint.program)) SENSOR_TRY_OK(attach(program));
    }
    return Ok{};
}

Result<> Probe::start() {
    SENSOR_TRY_OK(run_walk(own_.find("on_identify"), nullptr));
    if (bpf_program* const fork = own_.find("on_fork")) SENSOR_TRY_OK(attach(fork));
    if (has_trees_) SENSOR_TRY_OK(mark_trees());
    SENSOR_TRY_OK(attach_tracepoints(own_));
    return attach(own_.find("on_sys_exit"));
}

// A child whose parent was marked after its fork is found by the next walk, so the marks are
// complete when a walk adds none. Bounded: a fork storm must not keep us here.
Result<> Probe::mark_trees() {
    constexpr int kMostWalks = 100;
    std::uint32_t marked = 0;
    for (int walk = 0; walk < kMostWalks; ++walk) {
        skel_->bss->new_marks = 0;
        SENSOR_TRY_OK(run_walk(own_.find("on_mark_tree"), nullptr));
        if (skel_->bss->new_marks == 0) break;
        marked += skel_->bss->new_marks;
    }
    if (marked == 0) return Error("--scope tree: there is no such process", ESRCH);
    return Ok{};
}

}  // namespace sensor::capture
