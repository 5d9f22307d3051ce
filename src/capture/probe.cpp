// SPDX-License-Identifier: Apache-2.0
// Loading and starting the probe. Reading it is in probe_read.cpp.
#include "capture/probe.hpp"

#include "../../bpf/shared.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
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
#include <iterator>

#include "base/log.hpp"
#include "capture/open_options.hpp"
#include "capture/scope.hpp"
#include "capture/walk.hpp"
#include "event/schema.hpp"

namespace sensor::capture {
namespace {

int keep_library_quiet(libbpf_print_level level, const char* text, va_list args) {
    constexpr std::size_t kMostSaid = 4000;  // of a verifier's log the end says why
    if (level != LIBBPF_WARN) return 0;
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

std::uint32_t ring_size(std::uint32_t bytes) {
    const auto page = static_cast<std::uint32_t>(::sysconf(_SC_PAGESIZE));
    return std::bit_ceil(std::max({bytes, page, 2U * REC_MAX_BYTES}));
}

/// The program that builds the event of a call.
const char* handler_of(EventType event) {
    struct Handler {
        EventType event;
        const char* program;
    };
    static constexpr Handler kHandlers[] = {
#define HANDLER(event, program) {EventType::event, #program},
#define TRACEPOINT(event, program, tracepoint, call)
#include "../../bpf/handlers.def"
#undef HANDLER
#undef TRACEPOINT
    };
    const auto* const own = std::find_if(std::begin(kHandlers), std::end(kHandlers),
                                         [&](const Handler& h) { return h.event == event; });
    return own == std::end(kHandlers) ? "on_plan" : own->program;
}

/// A program that is attached for itself.
struct Tracepoint {
    const char* program;
    const char* name;  ///< of the kernel's tracepoint
    const char* call;  ///< attached if this (pseudo) call is wanted
};
constexpr Tracepoint kTracepoints[] = {
#define HANDLER(event, program)
#define TRACEPOINT(event, program, tracepoint, call) {#program, #tracepoint, #call},
#include "../../bpf/handlers.def"
#undef HANDLER
#undef TRACEPOINT
};

// Slot of a call in the probe's array: SLOT_OF of bpf/tables.h.
std::uint32_t slot_of(const SyscallInfo& call) {
    return call.native >= 0 ? static_cast<std::uint32_t>(call.native)
                            : REC_MAX_SYSCALLS + std::uint32_t{call.sc};
}

bool wants(const std::bitset<REC_MAX_SC>& wanted, const Tracepoint& tracepoint) {
    const SyscallInfo* const call = syscall_info(std::string_view(tracepoint.call));
    return call != nullptr && wanted[call->sc];
}

/// Some families of processors have fewer than others.
/// kernel: its types; null: not known, and loading says what is wrong
bool is_in_kernel(const Tracepoint& tracepoint, const btf* kernel) {
    const std::string type = format("btf_trace_{}", tracepoint.name);
    return kernel == nullptr || btf__find_by_name_kind(kernel, type.c_str(), BTF_KIND_TYPEDEF) > 0;
}

/// Does the kernel let a program take a number for the address of a struct?
bool can_cast(const btf* kernel) {
    return kernel != nullptr &&
           btf__find_by_name_kind(kernel, "bpf_rdonly_cast", BTF_KIND_FUNC) > 0;
}

// Kernels before 5.11 charge maps to this limit; later ones do not, and then failing is harmless.
void raise_memlock() {
    const rlimit all{RLIM_INFINITY, RLIM_INFINITY};
    if (::setrlimit(RLIMIT_MEMLOCK, &all) != 0)
        log::debug("cannot raise RLIMIT_MEMLOCK: {}", errno);
}

}  // namespace

Result<std::unique_ptr<Probe>> Probe::load_for(const KernelOptions& options) {
    libbpf_set_print(keep_library_quiet);
    libbpf_set_strict_mode(LIBBPF_STRICT_ALL);
    raise_memlock();
    std::unique_ptr<Probe> probe(new Probe);
    const bpf_object_open_opts how = open_options();
    probe->skel_ = probe_bpf::open(&how);
    if (probe->skel_ == nullptr) return errno_error("the kernel refuses the probe", errno);
    const std::unique_ptr<btf, decltype(&btf__free)> kernel(btf__load_vmlinux_btf(), btf__free);
    SENSOR_TRY_OK(probe->configure(options));
    probe->skel_->rodata->cfg_typed_reads = options.typed_reads && can_cast(kernel.get());
    probe->choose_programs(*probe->skel_, options.syscalls, kernel.get());
    probe->call_fds_.assign(CALL_SLOTS, -1);
    probe->handler_fds_.assign(CALL_SLOTS, -1);
    SENSOR_TRY_OK(probe->load());
    return probe;
}

Result<std::vector<ProgramCost>> Probe::try_load() {
    KernelOptions everything;
    everything.syscalls.set();
    everything.scopes = {ScopeTree{static_cast<std::uint32_t>(::getpid())}, ScopePidns{}};
    SENSOR_TRY(const std::unique_ptr<Probe> probe, load_for(everything));
    return probe->costs();
}

Result<std::unique_ptr<Probe>> Probe::open(const KernelOptions& options) {
    SENSOR_TRY(std::unique_ptr<Probe> probe, load_for(options));
    SENSOR_TRY_OK(probe->make_rings());
    probe->skel_->bss->standard_files = options.standard_files;
    SENSOR_TRY_OK(probe->want(options.syscalls, *probe->skel_));
    probe->close_maps();
    SENSOR_TRY_OK(probe->start());
    return probe;
}

Probe::~Probe() {
    for (const Attached& each : attached_) bpf_link__destroy(each.link);
    for (const int fd : bulk_fds_) ::close(fd);
    if (counters_ != nullptr) ::munmap(const_cast<void*>(counters_), counters_bytes_);
    filtered_.reset();
    replaced_.reset();
    changed_.reset();
    probe_bpf::destroy(skel_);
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
        } else {
            cfg.cfg_scope |= SCOPE_PIDNS;
        }
    }
    return Ok{};
}

bool Probe::needs(const bpf_program* program, const std::bitset<REC_MAX_SC>& wanted) const {
    const std::string_view name = bpf_program__name(program);
    for (const Tracepoint& tracepoint : kTracepoints) {
        if (name == tracepoint.program)
            return wants(wanted, tracepoint) || (name == "on_fork" && has_trees_);
    }
    return std::any_of(all_syscalls().begin(), all_syscalls().end(), [&](const SyscallInfo& call) {
        return wanted[call.sc] && is_call(call) && name == handler_of(call.event);
    });
}

void Probe::choose_programs(probe_bpf& of, const std::bitset<REC_MAX_SC>& wanted,
                            const btf* kernel) const {
    bpf_program* program = nullptr;
    bpf_object__for_each_program(program, of.obj) {
        const std::string_view name = bpf_program__name(program);
        const bool is_base = name == "on_identify" || name == "on_task" || name == "on_file" ||
                             name == "on_sys_exit" || name == "on_any_call" ||
                             (name == "on_mark_tree" && has_trees_);
        bool needed = is_base ? &of == skel_ : needs(program, wanted) && !is_attached(name);
        for (const Tracepoint& tracepoint : kTracepoints) {
            if (!needed || name != tracepoint.program || is_in_kernel(tracepoint, kernel)) continue;
            log::warning("rules never see {}: this kernel has no such tracepoint", tracepoint.name);
            needed = false;
        }
        bpf_program__set_autoload(program, needed);
    }
}

Result<> Probe::load() {
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
Result<> Probe::install_handlers(const probe_bpf& from) {
    for (const SyscallInfo& call : all_syscalls()) {
        if (!wanted_[call.sc] || !is_call(call)) continue;
        const bpf_program* program =
            bpf_object__find_program_by_name(from.obj, handler_of(call.event));
        if (!bpf_program__autoload(program)) continue;
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

Result<> Probe::want(const std::bitset<REC_MAX_SC>& calls, const probe_bpf& from) {
    wanted_ |= calls;
    for (const SyscallInfo& call : all_syscalls()) {
        if (wanted_[call.sc] && is_call(call)) skel_->bss->call_wanted[slot_of(call)] = 1;
    }
    SENSOR_TRY_OK(install_handlers(from));
    for (std::uint32_t nr = 0; nr < REC_MAX_SYSCALLS; ++nr) {
        if (is_ambiguous(nr))
            SENSOR_TRY_OK(install(skel_->maps.calls, nr, skel_->progs.on_any_call));
    }
    return install(skel_->maps.calls, OTHER_CALLS, skel_->progs.on_any_call);
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

Result<> Probe::attach_tracepoints(const probe_bpf& from) {
    for (const Tracepoint& tracepoint : kTracepoints) {
        bpf_program* const program = bpf_object__find_program_by_name(from.obj, tracepoint.program);
        if (bpf_program__autoload(program) && !is_attached(tracepoint.program))
            SENSOR_TRY_OK(attach(program));
    }
    return Ok{};
}

Result<> Probe::start() {
    SENSOR_TRY_OK(run_walk(skel_->progs.on_identify, nullptr));
    if (bpf_program__autoload(skel_->progs.on_fork)) SENSOR_TRY_OK(attach(skel_->progs.on_fork));
    if (has_trees_) SENSOR_TRY_OK(mark_trees());
    SENSOR_TRY_OK(attach_tracepoints(*skel_));
    return attach(skel_->progs.on_sys_exit);
}

// A child whose parent was marked after its fork is found by the next walk, so the marks are
// complete when a walk adds none. Bounded: a fork storm must not keep us here.
Result<> Probe::mark_trees() {
    constexpr int kMostWalks = 100;
    std::uint32_t marked = 0;
    for (int walk = 0; walk < kMostWalks; ++walk) {
        skel_->bss->new_marks = 0;
        SENSOR_TRY_OK(run_walk(skel_->progs.on_mark_tree, nullptr));
        if (skel_->bss->new_marks == 0) break;
        marked += skel_->bss->new_marks;
    }
    if (marked == 0) return Error("--scope tree: there is no such process", ESRCH);
    return Ok{};
}

}  // namespace sensor::capture
