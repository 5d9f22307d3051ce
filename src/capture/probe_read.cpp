// SPDX-License-Identifier: Apache-2.0
// Reading a running probe: rings, counters, task walks. probe.cpp loads and starts it.
#include "../../bpf/shared.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <unistd.h>

#include <probe.skel.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <string>

#include "base/fd.hpp"
#include "base/log.hpp"
#include "capture/probe.hpp"
#include "capture/walk.hpp"

namespace sensor::capture {
namespace {

std::uint64_t load_relaxed(const std::uint64_t& value) {
    return __atomic_load_n(&value, __ATOMIC_RELAXED);
}

TaskSnapshot to_snapshot(const rec_task& r) {
    TaskSnapshot t;
    t.tgid = r.tgid;
    t.tid = r.tid;
    t.ns_tgid = r.ns_tgid;
    t.ns_tid = r.ns_tid;
    t.parent_tgid = r.parent_tgid;
    t.start_ns = r.start;
    t.sid = r.sid;
    t.pgid = r.pgid;
    t.vpgid = r.vpgid;
    t.vtid = r.vtid;
    t.vpid = r.vpid;
    t.tty = r.tty;
    t.loginuid = r.loginuid;
    t.uid = r.uid;
    t.gid = r.gid;
    t.cap_inheritable = r.cap_inheritable;
    t.cap_permitted = r.cap_permitted;
    t.cap_effective = r.cap_effective;
    t.cgroup = r.cgroup;
    t.flags = r.flags;
    std::memcpy(t.comm.data(), r.comm, t.comm.size());
    t.comm.back() = '\0';
    return t;
}

/// Bytes the kernel says a map takes; 0 if it does not say.
std::uint64_t charged_to(int fd) {
    std::ifstream file(format("/proc/self/fdinfo/{}", fd));
    for (std::string key; file >> key;) {
        std::uint64_t bytes = 0;
        if (key == "memlock:" && file >> bytes) return bytes;
    }
    return 0;
}

/// Calls `look` with what the kernel says of each program.
template <typename Look>
void look_at(const std::vector<bpf_program*>& programs, Look look) {
    for (const bpf_program* const program : programs) {
        bpf_prog_info info{};
        __u32 size = sizeof info;
        if (bpf_obj_get_info_by_fd(bpf_program__fd(program), &info, &size) != 0) continue;
        look(program, info);
    }
}

}  // namespace

Result<> run_walk(bpf_program* program, std::vector<std::byte>* output) {
    bpf_link* const link = bpf_program__attach_iter(program, nullptr);
    if (link == nullptr) return errno_error("cannot walk the tasks", errno);
    const Fd iterator(bpf_iter_create(bpf_link__fd(link)));
    int err = iterator ? 0 : errno;
    std::array<std::byte, 16384> block{};
    while (err == 0) {
        const ssize_t n = ::read(iterator.get(), block.data(), block.size());
        if (n == 0) break;
        if (n < 0) {
            if (errno != EAGAIN && errno != EINTR) err = errno;
            continue;
        }
        if (output != nullptr) output->insert(output->end(), block.begin(), block.begin() + n);
    }
    bpf_link__destroy(link);
    if (err != 0) return errno_error("cannot walk the tasks", err);
    return Ok{};
}

Result<std::vector<Ring>> Probe::map_rings() {
    std::vector<Ring> rings;
    SENSOR_TRY(Ring critical, Ring::map(bpf_map__fd(skel_->maps.critical), critical_bytes_));
    rings.push_back(std::move(critical));
    for (const int fd : bulk_fds_) {
        SENSOR_TRY(Ring ring, Ring::map(fd, bulk_bytes_));
        rings.push_back(std::move(ring));
    }
    return rings;
}

std::vector<int> Probe::ring_fds() const {
    std::vector<int> fds = bulk_fds_;
    fds.push_back(bpf_map__fd(skel_->maps.critical));
    return fds;
}

void Probe::rearm_wakeups() {
    for (auto& woken : skel_->bss->ring_woken) __atomic_store_n(&woken, 0U, __ATOMIC_RELAXED);
}

void Probe::set_boot_offset(std::uint64_t offset_ns) {
    __atomic_store_n(&skel_->bss->boot_offset, offset_ns, __ATOMIC_RELAXED);
}

std::uint64_t Probe::attempted(std::uint32_t cpu) const noexcept {
    std::uint64_t sum = 0;
    for (const std::uint64_t& seq : static_cast<const cpu_counters*>(counters_)[cpu].seq)
        sum += load_relaxed(seq);
    return sum;
}

Losses Probe::lost(std::uint32_t cpu, rec_lane lane) const noexcept {
    Losses losses;
    const auto& from = static_cast<const cpu_counters*>(counters_)[cpu].lost[lane];
    for (std::size_t k = 0; k < REC_CLASS_COUNT; ++k) {
        for (std::size_t reason = 0; reason < REC_LOSS_COUNT; ++reason)
            losses.counts[k][reason] = load_relaxed(from[k][reason]);
    }
    return losses;
}

std::vector<CgroupExcess> Probe::over_budget() const {
    std::vector<CgroupExcess> over;
    if (latest().rodata->cfg_cgroup_budget == 0) return over;
    const int map = bpf_map__fd(latest().maps.cgroup_uses);
    std::uint64_t id = 0;
    for (const std::uint64_t* last = nullptr; bpf_map_get_next_key(map, last, &id) == 0;
         last = &id) {
        cgroup_use use{};
        if (bpf_map_lookup_elem(map, &id, &use) == 0 && use.excess != 0)
            over.push_back({id, use.excess});
    }
    return over;
}

std::vector<ProgramCost> Probe::costs() const {
    std::vector<ProgramCost> costs;
    look_at(own_.loaded(), [&](const bpf_program* program, const bpf_prog_info& info) {
        costs.push_back({bpf_program__name(program), info.verified_insns,
                         info.xlated_prog_len / static_cast<__u32>(sizeof(bpf_insn))});
    });
    return costs;
}

// Programs that took another's place go by the same name.
std::vector<ProgramRuns> Probe::runs() const {
    std::vector<ProgramRuns> runs;
    const auto add = [&](const bpf_program* program, const bpf_prog_info& info) {
        const std::string_view name = bpf_program__name(program);
        auto at = std::find_if(runs.begin(), runs.end(),
                               [&](const ProgramRuns& run) { return run.name == name; });
        if (at == runs.end()) at = runs.insert(at, {std::string(name), 0, 0});
        at->runs += info.run_cnt;
        at->ns += info.run_time_ns;
    };
    look_at(loaded(), add);
    return runs;
}

std::uint64_t Probe::skipped() const {
    std::uint64_t sum = 0;
    const auto add = [&](const bpf_program*, const bpf_prog_info& info) {
        sum += info.recursion_misses;
    };
    look_at(loaded(), add);
    return sum;
}

std::uint64_t Probe::memory() const {
    std::uint64_t sum = 0;
    const bpf_map* map = nullptr;
    // Of a ring kernels until 6.3 say next to nothing.
    const auto at_least = [](int fd, std::uint64_t bytes) {
        return std::max(charged_to(fd), bytes);
    };
    bpf_object__for_each_map(map, skel_->obj) {
        const std::uint64_t ring = map == skel_->maps.critical ? critical_bytes_ : 0;
        sum += at_least(bpf_map__fd(map), ring);
    }
    for (const int fd : bulk_fds_) sum += at_least(fd, bulk_bytes_);
    return sum;
}

Result<std::vector<TaskSnapshot>> Probe::tasks() const {
    std::vector<std::byte> bytes;
    SENSOR_TRY_OK(run_walk(own_.find("on_task"), &bytes));
    std::vector<TaskSnapshot> tasks;
    for (std::size_t at = 0; at + sizeof(rec_task) <= bytes.size(); at += sizeof(rec_task)) {
        rec_task r{};
        std::memcpy(&r, bytes.data() + at, sizeof r);
        tasks.push_back(to_snapshot(r));
    }
    return tasks;
}

Result<> Probe::files(const RecordFn& on_record) const {
    std::vector<std::byte> bytes;
    SENSOR_TRY_OK(run_walk(own_.find("on_file"), &bytes));
    for (std::size_t at = 0; at + sizeof(rec_head) <= bytes.size();) {
        rec_head head{};
        std::memcpy(&head, bytes.data() + at, sizeof head);
        if (head.len < sizeof head || head.len > bytes.size() - at)
            return Error("the kernel's list of open files ends in the middle of one");
        on_record(std::span(bytes).subspan(at, head.len));
        at += head.len;
    }
    return Ok{};
}

}  // namespace sensor::capture
