// SPDX-License-Identifier: Apache-2.0
// Loading the probe: its constants, the sizes of its maps, which of its programs, and the kernel's
// verdict. What follows is in probe.cpp.
#include "../../bpf/shared.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <probe.skel.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <functional>
#include <future>

#include "base/log.hpp"
#include "capture/kernel_types.hpp"
#include "capture/open_options.hpp"
#include "capture/probe.hpp"
#include "capture/probe_programs.hpp"
#include "capture/scope.hpp"
#include "event/schema.hpp"

namespace sensor::capture {
namespace {

/// Debug lines, for of what goes wrong the sensor tells in its own words.
template <libbpf_print_level kLeast>
int log_line(libbpf_print_level level, const char* text, va_list args) {
    constexpr std::size_t kMostSaid = 4000;  // of a verifier's log the end says why
    if (level > kLeast) return 0;
    va_list again;
    va_copy(again, args);
    const int n = std::vsnprintf(nullptr, 0, text, again);
    va_end(again);
    std::string line(static_cast<std::size_t>(std::max(0, n)) + 1, '\0');
    std::vsnprintf(line.data(), line.size(), text, args);
    std::string_view said(line.c_str());
    if (said.size() > kMostSaid) said.remove_prefix(said.size() - kMostSaid);
    while (!said.empty() && said.back() == '\n') said.remove_suffix(1);
    log::debug("{}", said);
    return n;
}

// The library takes no argument for it, hence one function a level.
libbpf_print_fn_t printer(std::optional<log::Level> least) {
    if (!least) return nullptr;
    if (*least == log::Level::Debug) return log_line<LIBBPF_DEBUG>;
    return *least <= log::Level::Notice ? log_line<LIBBPF_INFO> : log_line<LIBBPF_WARN>;
}

std::uint32_t ring_size(std::uint32_t bytes) {
    const auto page = static_cast<std::uint32_t>(::sysconf(_SC_PAGESIZE));
    return std::bit_ceil(std::max({bytes, page, 2U * REC_MAX_BYTES}));
}

// Kernels before 5.11 charge maps to this limit; later ones do not, and then failing is harmless.
void raise_memlock() {
    const rlimit all{RLIM_INFINITY, RLIM_INFINITY};
    if (::setrlimit(RLIMIT_MEMLOCK, &all) != 0)
        log::debug("cannot raise RLIMIT_MEMLOCK: {}", errno);
}

}  // namespace

Result<std::unique_ptr<Probe>> Probe::load_programs(const KernelOptions& options) {
    libbpf_set_print(printer(options.library_lines));
    libbpf_set_strict_mode(LIBBPF_STRICT_ALL);
    raise_memlock();
    std::unique_ptr<Probe> probe(new Probe);
    KernelTypes types;
    const std::string path = types.path();
    const bpf_object_open_opts how = open_options(path.c_str());
    probe->skel_ = probe_bpf::open(&how);
    if (probe->skel_ == nullptr) return errno_error("the kernel refuses the probe", errno);
    types.keep_names_of(probe->skel_->obj);
    SENSOR_TRY_OK(probe->configure(options));
    probe->skel_->rodata->cfg_typed_reads = options.typed_reads && types.can_cast();
    probe->call_fds_.assign(CALL_SLOTS, -1);
    probe->handler_fds_.assign(CALL_SLOTS, -1);
    SENSOR_TRY_OK(probe->make_maps());
    SENSOR_TRY_OK(probe->load_parts(options.syscalls, types));
    return probe;
}

Result<std::unique_ptr<Probe>> Probe::load(const KernelOptions& options) {
    SENSOR_TRY(std::unique_ptr<Probe> probe, load_programs(options));
    SENSOR_TRY_OK(probe->make_rings());
    return probe;
}

Result<std::vector<ProgramCost>> Probe::try_load() {
    KernelOptions everything;
    everything.syscalls.set();
    everything.scopes = {ScopeTree{static_cast<std::uint32_t>(::getpid())}, ScopePidns{}};
    SENSOR_TRY(const std::unique_ptr<Probe> probe, load_programs(everything));
    return probe->costs();
}

Result<> Probe::configure(const KernelOptions& options) {
    const int cpus = libbpf_num_possible_cpus();
    if (cpus <= 0) return errno_error("cannot tell how many CPUs there are", -cpus);
    cpus_ = static_cast<std::uint32_t>(cpus);
    std::uint32_t shift = 0;
    while (((cpus_ - 1) >> shift) + 1 > MAX_RINGS) ++shift;
    const std::uint32_t rings = ((cpus_ - 1) >> shift) + 1;
    bpf_map__set_max_entries(skel_->maps.scratches, cpus_ * SCRATCH_NEST);
    SENSOR_TRY_OK(size_rings(options, rings));
    auto& cfg = *skel_->rodata;
    cfg.cfg_cpus = cpus_;
    cfg.cfg_ring_shift = shift;
    cfg.cfg_snaplen = options.snaplen;
    cfg.cfg_cgroup_budget = options.cgroup_budget;
    bpf_map__set_autocreate(skel_->maps.cgroup_uses, options.cgroup_budget != 0);
    bpf_map__set_autocreate(skel_->maps.filter_texts, false);
    cfg.cfg_real_paths = options.real_paths;
    cfg.cfg_drop_failed = !options.failed_calls;
    cfg.cfg_page_shift = static_cast<std::uint32_t>(
        std::countr_zero(static_cast<unsigned long>(::sysconf(_SC_PAGESIZE))));
    cfg.cfg_bulk_quarter = bulk_bytes_ / 4;
    cfg.cfg_critical_quarter = critical_bytes_ / 4;
    bpf_map__set_max_entries(skel_->maps.counters, cpus_);
    bpf_map__set_max_entries(skel_->maps.critical, critical_bytes_);
    bpf_map__set_max_entries(skel_->maps.bulk, rings);
    return configure_scopes(options.scopes);
}

// Of a budget, scratch comes first; of the rest the critical ring gets an eighth, or as much as it
// can use, and the bulk rings what is left.
Result<> Probe::size_rings(const KernelOptions& options, std::uint32_t rings) {
    bulk_bytes_ = ring_size(options.bulk_ring_bytes);
    critical_bytes_ = ring_size(options.critical_ring_bytes);
    if (options.memory_bytes == 0) return Ok{};
    constexpr std::uint64_t kMostCritical = 16U << 20, kMostBulk = 512U << 20;
    const std::uint64_t scratch = std::uint64_t{bpf_map__value_size(skel_->maps.scratches)} *
                                  bpf_map__max_entries(skel_->maps.scratches);
    const std::uint64_t least = ring_size(0), needed = scratch + (rings + 1) * least;
    if (options.memory_bytes < needed) {
        return Error(format("engine.memory_mb: {} processors need at least {} MB", cpus_,
                            (needed >> 20) + 1));
    }
    const std::uint64_t left = options.memory_bytes - scratch;
    const std::uint64_t critical = std::clamp(std::bit_floor(left / 8), least, kMostCritical);
    const std::uint64_t each = std::bit_floor((left - critical) / rings);
    critical_bytes_ = static_cast<std::uint32_t>(critical);
    bulk_bytes_ = static_cast<std::uint32_t>(std::clamp(each, least, kMostBulk));
    return Ok{};
}

Result<> Probe::configure_scopes(const std::vector<Scope>& scopes) {
    auto& cfg = *skel_->rodata;
    std::size_t trees = 0, cgroups = 0;
    for (const Scope& scope : scopes) {
        if (const auto* tree = std::get_if<ScopeTree>(&scope)) {
            if (trees == MAX_SCOPE_TREES) return Error("--scope tree: at most 16 can be given");
            cfg.cfg_scope |= SCOPE_TREE;
            cfg.cfg_trees[trees++] = tree->pid;
            has_trees_ = true;
        } else if (const auto* cgroup = std::get_if<ScopeCgroup>(&scope)) {
            if (cgroups == MAX_SCOPE_CGROUPS)
                return Error("--scope cgroup: at most 16 can be given");
            SENSOR_TRY(const CgroupKey key, find_cgroup(cgroup->path));
            cfg.cfg_scope |= SCOPE_CGROUP;
            cfg.cfg_cgroups[cgroups].id = key.id;
            cfg.cfg_cgroups[cgroups++].hierarchy = key.hierarchy;
        } else if (std::holds_alternative<ScopeContainer>(scope)) {
            SENSOR_TRY(cfg.cfg_first_mnt_ns, first_mount_namespace());
            cfg.cfg_scope |= SCOPE_CONTAINER;
        } else {
            cfg.cfg_scope |= SCOPE_PIDNS;
        }
    }
    return Ok{};
}

bool Probe::needs(std::string_view name, const std::bitset<REC_MAX_SC>& wanted) const {
    for (const Tracepoint& tracepoint : kTracepoints) {
        if (name == tracepoint.program)
            return wants(wanted, tracepoint) || (name == "on_fork" && has_trees_);
    }
    return std::any_of(all_syscalls().begin(), all_syscalls().end(), [&](const SyscallInfo& call) {
        return wanted[call.sc] && is_call(call) && name == handler_of(call.event);
    });
}

bool Probe::is_base(std::string_view program) const {
    return program == "on_identify" || program == "on_task" || program == "on_file" ||
           program == "on_sys_exit" || program == "on_any_call" ||
           (program == "on_mark_tree" && has_trees_);
}

void Probe::choose_programs(probe_bpf& of, const std::function<bool(std::string_view)>& is_chosen,
                            const KernelTypes& types) const {
    bpf_program* program = nullptr;
    bpf_object__for_each_program(program, of.obj) {
        const std::string_view name = bpf_program__name(program);
        bool needed = is_chosen(name);
        for (const Tracepoint& tracepoint : kTracepoints) {
            if (name == tracepoint.program && !types.has_tracepoint(tracepoint.name))
                needed = false;
        }
        bpf_program__set_autoload(program, needed);
    }
}

Result<probe_bpf*> Probe::open_part(const char* types) const {
    const bpf_object_open_opts how = open_options(types);
    probe_bpf* const part = probe_bpf::open(&how);
    if (part == nullptr) return errno_error("the kernel refuses the probe", errno);
    *part->rodata = *skel_->rodata;
    return part;
}

// The kernel verifies a program in the thread that loads it, so two objects with half of the work
// each take little more than half of the time.
Result<> Probe::load_parts(const std::bitset<REC_MAX_SC>& wanted, const KernelTypes& types) {
    const auto load = [](probe_bpf& part) -> Result<> {
        if (const int err = probe_bpf::load(&part); err != 0)
            return errno_error("the kernel refuses the probe", -err);
        return Ok{};
    };
    std::array<probe_bpf*, 2> parts{};
    const std::string path = types.path();
    for (std::size_t half = 0; half < parts.size(); ++half) {
        SENSOR_TRY(probe_bpf* const part, open_part(path.c_str()));
        parts[half] = &own_.add(part);
        const auto is_chosen = [&](std::string_view name) {
            const bool second = name == "on_open" || name == "on_exec" || name == "on_exit";
            return second == (half == 1) && (is_base(name) || needs(name, wanted));
        };
        choose_programs(*part, is_chosen, types);
        SENSOR_TRY_OK(share_maps(*part, false));
    }
    std::future<Result<>> other = std::async(std::launch::async, load, std::ref(*parts[1]));
    Result<> first = load(*parts[0]);
    Result<> second = other.get();
    return first ? std::move(second) : std::move(first);
}

void Probe::let_go_of_unwanted(const std::bitset<REC_MAX_SC>& wanted) {
    for (bpf_program* const program : own_.loaded()) {
        const std::string_view name = bpf_program__name(program);
        if (!is_base(name) && !needs(name, wanted)) bpf_program__unload(program);
    }
}

void Probe::note_unseen(const std::bitset<REC_MAX_SC>& wanted, const ProgramSet& from) const {
    for (const Tracepoint& tracepoint : kTracepoints) {
        const bool is_there =
            from.find(tracepoint.program) != nullptr || is_attached(tracepoint.program);
        if (wants(wanted, tracepoint) && !is_there)
            log::warning("rules never see {}: this kernel has no such tracepoint", tracepoint.name);
    }
}

Result<> Probe::make_maps() {
    bpf_program* program = nullptr;
    bpf_object__for_each_program(program, skel_->obj) bpf_program__set_autoload(program, false);
    if (const int err = probe_bpf::load(skel_); err != 0)
        return errno_error("the kernel refuses the probe", -err);
    counters_bytes_ = cpus_ * sizeof(cpu_counters);
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    counters_bytes_ = (counters_bytes_ + page - 1) / page * page;
    void* const at = ::mmap(nullptr, counters_bytes_, PROT_READ, MAP_SHARED,
                            bpf_map__fd(skel_->maps.counters), 0);
    if (at == MAP_FAILED) return errno_error("cannot map the probe's counters", errno);
    counters_ = at;
    return Ok{};
}

Result<> Probe::make_rings() {
    const std::uint32_t rings = bpf_map__max_entries(skel_->maps.bulk);
    for (std::uint32_t idx = 0; idx < rings; ++idx) {
        const int fd =
            bpf_map_create(BPF_MAP_TYPE_RINGBUF, "bulk_ring", 0, 0, bulk_bytes_, nullptr);
        if (fd < 0)
            return errno_error(format("cannot create a ring buffer of {} bytes", bulk_bytes_), -fd);
        bulk_fds_.push_back(fd);
        if (const int err = bpf_map_update_elem(bpf_map__fd(skel_->maps.bulk), &idx, &fd, BPF_ANY);
            err != 0) {
            return errno_error("cannot install a ring buffer", -err);
        }
    }
    return Ok{};
}

}  // namespace sensor::capture
