// SPDX-License-Identifier: Apache-2.0
// Whoever is root can change tables of the probe by their ids, or make its process let go of a
// hook. Here is looked whether somebody did, and what was changed is put right. Called through
// KernelSource::mend.
#include "../../bpf/shared.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fcntl.h>

#include <probe.skel.h>

#include <algorithm>
#include <cerrno>
#include <map>

#include "base/log.hpp"
#include "capture/probe.hpp"
#include "event/schema.hpp"

namespace sensor::capture {
namespace {

std::uint32_t id_of_program(int fd) {
    bpf_prog_info info{};
    __u32 size = sizeof info;
    return bpf_obj_get_info_by_fd(fd, &info, &size) == 0 ? info.id : 0;
}

std::uint32_t id_of_map(int fd) {
    bpf_map_info info{};
    __u32 size = sizeof info;
    return bpf_obj_get_info_by_fd(fd, &info, &size) == 0 ? info.id : 0;
}

/// Is what a table of programs or maps has in a slot another than this, or nothing? The kernel
/// tells ids. Where it tells none: false.
bool differs(int map, std::uint32_t slot, std::uint32_t expected) {
    std::uint32_t id = 0;
    if (expected == 0) return false;
    if (bpf_map_lookup_elem(map, &slot, &id) != 0) return errno == ENOENT;
    return id != expected;
}

/// The call that a slot of `calls` or `handlers` is for.
std::string name_of_slot(std::uint32_t slot) {
    for (const SyscallInfo& call : all_syscalls()) {
        const bool is_native = call.native >= 0 && static_cast<std::uint32_t>(call.native) == slot;
        if (is_native || (call.native < 0 && REC_MAX_SYSCALLS + std::uint32_t{call.sc} == slot))
            return std::string(call.name);
    }
    return format("slot {}", slot);
}

std::string counted(const std::vector<std::string>& names) {
    constexpr std::size_t kMost = 5;
    std::string text;
    for (std::size_t k = 0; k < std::min(names.size(), kMost); ++k)
        text += (k == 0 ? "" : ", ") + names[k];
    return names.size() <= kMost ? text : format("{} and {} more", text, names.size() - kMost);
}

}  // namespace

void Probe::close_maps() {
    for (const bpf_map* map : {skel_->maps.task_states, skel_->maps.scratches, skel_->maps.counters,
                               skel_->maps.cgroup_uses}) {
        if (!bpf_map__autocreate(map)) continue;
        if (bpf_map_freeze(bpf_map__fd(map)) != 0)
            log::warning("root can change the probe's map {}: {}", bpf_map__name(map), errno);
    }
}

void Probe::mend_slots(const bpf_map* array, const std::vector<int>& wanted,
                       std::vector<std::string>& found) {
    const int map = bpf_map__fd(array);
    std::map<int, std::uint32_t> ids;  // by descriptor: there are few programs
    std::vector<std::string> changed;
    for (std::uint32_t slot = 0; slot < wanted.size(); ++slot) {
        const int fd = wanted[slot];
        if (fd < 0) continue;
        const auto [known, is_new] = ids.try_emplace(fd, 0);
        if (is_new) known->second = id_of_program(fd);
        if (!differs(map, slot, known->second)) continue;
        const bool mended = bpf_map_update_elem(map, &slot, &fd, BPF_ANY) == 0;
        changed.push_back(name_of_slot(slot) + (mended ? "" : " (cannot be put back)"));
    }
    if (!changed.empty()) {
        found.push_back(format("the table '{}' was changed, so these calls were not seen: {}",
                               bpf_map__name(array), counted(changed)));
    }
}

void Probe::mend_rings(std::vector<std::string>& found) {
    const int map = bpf_map__fd(skel_->maps.bulk);
    for (std::uint32_t idx = 0; idx < bulk_fds_.size(); ++idx) {
        if (!differs(map, idx, id_of_map(bulk_fds_[idx]))) continue;
        bpf_map_update_elem(map, &idx, &bulk_fds_[idx], BPF_ANY);
        found.push_back(format("ring {} was taken away: what it was for was lost", idx));
    }
}

std::vector<std::string> Probe::mend() {
    std::vector<std::string> found;
    mend_slots(skel_->maps.calls, call_fds_, found);
    mend_slots(skel_->maps.handlers, handler_fds_, found);
    mend_rings(found);
    std::vector<std::string> unwanted;
    for (const SyscallInfo& call : all_syscalls()) {
        const auto native = static_cast<std::uint32_t>(call.native);
        const std::uint32_t slot =
            call.native >= 0 ? native : REC_MAX_SYSCALLS + std::uint32_t{call.sc};
        auto& flag = skel_->bss->call_wanted[slot];
        if (!wanted_[call.sc] || !is_call(call) || flag != 0) continue;
        flag = 1;
        unwanted.emplace_back(call.name);
    }
    if (!unwanted.empty())
        found.push_back(format("calls were marked as unwanted: {}", counted(unwanted)));
    for (Attached& each : attached_) {
        if (each.program_id == 0) continue;  // not known, or told before
        bpf_link_info info{};
        __u32 size = sizeof info;
        const int err = bpf_obj_get_info_by_fd(bpf_link__fd(each.link), &info, &size);
        if (err == 0 && info.prog_id == each.program_id) continue;
        each.program_id = 0;
        found.push_back(
            format("the hook {} is gone or another's: what it sees is lost until the "
                   "sensor starts again",
                   each.program));
    }
    return found;
}

}  // namespace sensor::capture
