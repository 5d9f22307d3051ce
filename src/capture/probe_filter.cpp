// SPDX-License-Identifier: Apache-2.0
// The rules' filter in the kernel: linked with the probe into a second set of programs for calls,
// which work on the maps of the first and take its place in the arrays, slot by slot.
#include "../../bpf/filter.h"
#include "../../bpf/shared.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <probe.skel.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <string>

#include "base/fd.hpp"
#include "base/log.hpp"
#include "base/memory_file.hpp"
#include "capture/kernel_types.hpp"
#include "capture/open_options.hpp"
#include "capture/probe.hpp"

namespace sensor::capture {
namespace {

constexpr std::size_t kMostObject = 64U << 20;

/// As a path, which is all that the library's linker takes.
std::string path_of(const Fd& file) { return format("/proc/self/fd/{}", file.get()); }

/// The probe's object with rule_filter in the place of its own.
Result<std::string> link_filter(const std::string& object) {
    std::size_t bytes = 0;
    const auto* const probe = static_cast<const char*>(probe_bpf::elf_bytes(&bytes));
    SENSOR_TRY(const Fd base, make_memory_file("probe"));
    SENSOR_TRY(const Fd filter, make_memory_file("filter"));
    SENSOR_TRY(const Fd linked, make_memory_file("linked"));
    SENSOR_TRY_OK(write_all(base.get(), {probe, bytes}));
    SENSOR_TRY_OK(write_all(filter.get(), object));
    bpf_linker* const linker = bpf_linker__new(path_of(linked).c_str(), nullptr);
    if (linker == nullptr) return errno_error("cannot start to link the filter", errno);
    int err = bpf_linker__add_file(linker, path_of(base).c_str(), nullptr);
    if (err == 0) err = bpf_linker__add_file(linker, path_of(filter).c_str(), nullptr);
    if (err == 0) err = bpf_linker__finalize(linker);
    bpf_linker__free(linker);
    if (err != 0) return errno_error("cannot link the filter", -err);
    return read_all(linked.get(), kMostObject);
}

/// Programs that build events of calls; a filter has a say in no others.
bool is_filtered(const bpf_program* program) {
    const std::string_view name = bpf_program__name(program);
    return name == "on_call" || name == "on_open";
}

Result<> fill_texts(int map, const std::vector<FilterText>& texts) {
    for (const FilterText& text : texts) {
        filter_text key{FILTER_HASH_SEED, static_cast<rec_u32>(text.event),
                        static_cast<rec_u32>(text.kind)};
        for (const char byte : text.text)
            key.hash = FILTER_HASH(key.hash, static_cast<unsigned char>(byte));
        const rec_u8 value = 1;
        if (const int err = bpf_map_update_elem(map, &key, &value, BPF_ANY); err != 0)
            return errno_error("cannot fill the filter's table", -err);
    }
    return Ok{};
}

/// A second set of programs for calls, on the maps of the first.
struct FilteredPrograms final : LoadedFilter {
    explicit FilteredPrograms(probe_bpf* owned) { programs.add(owned); }
    ProgramSet programs;
};

}  // namespace

Result<> Probe::prepare_filtered(probe_bpf& next, const KernelFilter& filter) const {
    *next.rodata = *latest().rodata;
    next.rodata->cfg_filters = true;
    next.rodata->cfg_filter_table = filter.object.empty();
    for (const FilterRow& row : filter.rows) {
        filter_row& to = next.rodata->cfg_rows[static_cast<std::size_t>(row.event)];
        to.interests = row.interests;
        to.judged = row.judged ? 1 : 0;
        to.name = static_cast<rec_u8>(row.name < 0 ? REC_MAX_SLOTS : row.name);
        to.real = row.real ? 1 : 0;
        to.slashes = row.slashes ? 1 : 0;
        to.by_process = row.by_process ? 1 : 0;
    }
    bpf_program* program = nullptr;
    bpf_object__for_each_program(program, next.obj) {
        const bool is_ours = wide().find(bpf_program__name(program)) != nullptr;
        bpf_program__set_autoload(program, is_filtered(program) && is_ours);
    }
    const auto texts = static_cast<std::uint32_t>(filter.texts.size());
    bpf_map__set_max_entries(next.maps.filter_texts, std::max(1U, texts));
    return share_maps(next, filter.object.empty());
}

Result<> Probe::share_maps(probe_bpf& with, bool own_texts) const {
    bpf_map* map = nullptr;
    bpf_object__for_each_map(map, with.obj) {
        if (map == with.maps.rodata || (map == with.maps.filter_texts && own_texts)) continue;
        const bpf_map* ours = bpf_object__find_map_by_name(skel_->obj, bpf_map__name(map));
        if (map == with.maps.cgroup_uses) {
            ours = latest().maps.cgroup_uses;
            // The first who has a budget makes it.
            if (!bpf_map__autocreate(ours) && with.rodata->cfg_cgroup_budget != 0) continue;
        }
        bpf_map__set_autocreate(map, bpf_map__autocreate(ours));
        if (!bpf_map__autocreate(ours)) continue;
        const int err = bpf_map__reuse_fd(map, bpf_map__fd(ours));
        if (err != 0) return errno_error(format("cannot share {}", bpf_map__name(map)), -err);
    }
    return Ok{};
}

Result<std::unique_ptr<LoadedFilter>> Probe::load_filter(const KernelFilter& filter) const {
    SENSOR_TRY(const std::string linked, filter.object.empty() ? Result<std::string>(std::string())
                                                               : link_filter(filter.object));
    auto* const next = static_cast<probe_bpf*>(std::calloc(1, sizeof(probe_bpf)));
    if (next == nullptr || probe_bpf__create_skeleton(next) != 0) {
        std::free(next);
        return Error("no memory for the filter");
    }
    auto loaded = std::make_unique<FilteredPrograms>(next);
    if (!linked.empty()) {
        next->skeleton->data = const_cast<char*>(linked.data());
        next->skeleton->data_sz = linked.size();
    }
    KernelTypes types;
    types.keep_names_of(skel_->obj);  // the rules' part asks for none
    const std::string path = types.path();
    const bpf_object_open_opts how = open_options(path.c_str());
    if (const int err = bpf_object__open_skeleton(next->skeleton, &how); err != 0)
        return errno_error("the filter is no program", -err);
    SENSOR_TRY_OK(prepare_filtered(*next, filter));
    if (const int err = probe_bpf::load(next); err != 0)
        return errno_error("the kernel refuses the filter", -err);
    if (filter.object.empty())
        SENSOR_TRY_OK(fill_texts(bpf_map__fd(next->maps.filter_texts), filter.texts));
    return std::unique_ptr<LoadedFilter>(std::move(loaded));
}

Result<> Probe::narrow(std::unique_ptr<LoadedFilter> filter) {
    SENSOR_TRY_OK(install_handlers(static_cast<FilteredPrograms&>(*filter).programs));
    filtered_ = std::move(filter);
    return Ok{};
}

std::vector<bpf_program*> Probe::loaded() const {
    std::vector<bpf_program*> all = own_.loaded();
    const auto add = [&](const ProgramSet& set) {
        const std::vector<bpf_program*> more = set.loaded();
        all.insert(all.end(), more.begin(), more.end());
    };
    if (&wide() != &own_) add(wide());
    if (filtered_) add(static_cast<const FilteredPrograms&>(*filtered_).programs);
    return all;
}

Result<> Probe::widen() { return install_handlers(wide()); }

bool Probe::set_interest(const Interest& of) noexcept {
    const Fd process(static_cast<int>(::syscall(SYS_pidfd_open, of.ns_pid, 0U)));
    if (!process) return false;
    const interest value{of.start_ns, of.cgroup, of.generation, interest_epoch_, of.mask};
    const int key = process.get();
    return bpf_map_update_elem(bpf_map__fd(skel_->maps.interests), &key, &value, BPF_ANY) == 0;
}

void Probe::void_interests() noexcept {
    __atomic_store_n(&skel_->bss->interest_epoch, ++interest_epoch_, __ATOMIC_RELEASE);
}

void Probe::expect_canary(std::uint32_t tid) noexcept {
    __atomic_store_n(&skel_->bss->canary, tid, __ATOMIC_RELEASE);
}

std::vector<Unwanted> Probe::unwanted() const {
    std::vector<Unwanted> all;
    const auto* const cpus = static_cast<const cpu_counters*>(counters_);
    const auto load = [](const rec_u64& value) {
        return __atomic_load_n(&value, __ATOMIC_RELAXED);
    };
    for (const EventInfo& event : all_events()) {
        Unwanted sum{event.type};
        for (std::uint32_t cpu = 0; cpu < cpus_; ++cpu) {
            const auto& of = cpus[cpu].dropped[static_cast<std::size_t>(event.type)];
            sum.by_interest += load(of[REC_DROP_interest]);
            sum.by_filter += load(of[REC_DROP_filter]);
        }
        if (sum.by_interest + sum.by_filter != 0) all.push_back(sum);
    }
    return all;
}

}  // namespace sensor::capture
