// SPDX-License-Identifier: Apache-2.0
// Probe: the loaded eBPF programs and maps. KernelSource opens one, reads its rings and counters.
// The only class that sees the generated skeleton.
#pragma once

#include "capture/kernel.hpp"
#include "capture/program_set.hpp"
#include "capture/ring.hpp"

struct probe_bpf;
struct bpf_link;
struct bpf_map;
struct bpf_program;

namespace sensor {
struct SyscallInfo;
}

namespace sensor::capture {

class KernelTypes;

class Probe {
public:
    /// Has the kernel take the programs for options.syscalls, and makes the rings. Reports nothing.
    static Result<std::unique_ptr<Probe>> load(const KernelOptions& options);
    /// Puts scope marks, attaches; the system call hook comes last. Called once.
    /// options: those of load, with all of its calls or fewer
    Result<> begin(const KernelOptions& options);
    /// Loads every program there is and lets go of them: does this kernel take them?
    /// out: what each cost the verifier
    static Result<std::vector<ProgramCost>> try_load();
    ~Probe();
    Probe(const Probe&) = delete;
    Probe& operator=(const Probe&) = delete;

    /// Maps every ring, the critical one first. Called once.
    Result<std::vector<Ring>> map_rings();
    /// Descriptors that become readable when a ring passes a quarter full; borrowed.
    std::vector<int> ring_fds() const;
    /// Lets the next ring that passes the mark wake us again.
    void rearm_wakeups();
    /// Sets how far the epoch is from the boot clock, ns.
    void set_boot_offset(std::uint64_t offset_ns);
    std::uint64_t attempted(std::uint32_t cpu) const noexcept;
    /// What was lost on a processor in a lane. cost: some loads
    Losses lost(std::uint32_t cpu, rec_lane lane) const noexcept;
    /// How often the kernel did not run a program because it had preempted that very one on the
    /// same processor, which it does from 7.0 on. cost: a call of the kernel for each program
    std::uint64_t skipped() const;
    std::vector<CgroupExcess> over_budget() const;
    std::uint32_t cpus() const noexcept { return cpus_; }
    // See KernelSource.
    Result<std::unique_ptr<LoadedFilter>> load_filter(const KernelFilter& filter) const;
    Result<> narrow(std::unique_ptr<LoadedFilter> filter);
    Result<> widen();
    Result<std::unique_ptr<LoadedChange>> prepare(const KernelOptions& options) const;
    Result<> change(std::unique_ptr<LoadedChange> change);
    Result<> settle();
    bool set_interest(const Interest& interest) noexcept;
    void void_interests() noexcept;
    void expect_canary(std::uint32_t tid) noexcept;
    std::vector<Unwanted> unwanted() const;
    std::vector<ProgramCost> costs() const;
    std::vector<ProgramRuns> runs() const;
    std::uint64_t memory() const;
    std::vector<std::string> mend();
    Result<std::vector<TaskSnapshot>> tasks() const;
    Result<> files(const RecordFn& on_record) const;

private:
    Probe() = default;
    static Result<std::unique_ptr<Probe>> load_programs(const KernelOptions& options);
    Result<> configure(const KernelOptions& options);
    Result<> share_maps(probe_bpf& with, bool own_texts) const;
    Result<> size_rings(const KernelOptions& options, std::uint32_t rings);
    Result<> configure_scopes(const std::vector<Scope>& scopes);
    bool needs(std::string_view program, const std::bitset<REC_MAX_SC>& wanted) const;
    bool is_base(std::string_view program) const;  ///< whatever is wanted
    /// An object for programs that `is_chosen`, with the constants and on the maps of the first.
    Result<probe_bpf*> open_part(const char* types) const;
    void choose_programs(probe_bpf& of, const std::function<bool(std::string_view)>& is_chosen,
                         const KernelTypes& types) const;
    Result<> load_parts(const std::bitset<REC_MAX_SC>& wanted, const KernelTypes& types);
    void let_go_of_unwanted(const std::bitset<REC_MAX_SC>& wanted);
    /// Says what rules never see.
    void note_unseen(const std::bitset<REC_MAX_SC>& wanted, const ProgramSet& from) const;
    Result<> make_maps();
    Result<> make_rings();
    bool is_call(const SyscallInfo& call) const;
    bool is_ambiguous(std::uint32_t number) const;
    Result<> install(bpf_map* array, std::uint32_t slot, const bpf_program* program);
    Result<> want(const std::bitset<REC_MAX_SC>& calls, const ProgramSet& from);
    Result<> unwant(const std::bitset<REC_MAX_SC>& calls);
    Result<> install_handlers(const ProgramSet& from);
    Result<> prepare_filtered(probe_bpf& next, const KernelFilter& filter) const;
    Result<> mark_trees();
    Result<> attach(bpf_program* program);
    bool is_attached(std::string_view program) const;
    Result<> attach_tracepoints(const ProgramSet& from);
    Result<> start();
    /// Maps that only programs write take nothing from user space any more, whoever asks: else a
    /// mark of our own process in task_states would make any process invisible.
    void close_maps();
    void mend_slots(const bpf_map* array, const std::vector<int>& wanted,
                    std::vector<std::string>& found);
    void mend_rings(std::vector<std::string>& found);
    /// The programs that drop nothing, for what is wanted now.
    const ProgramSet& wide() const;
    /// Whose constants and budget are in use.
    const probe_bpf& latest() const;
    /// All that may run.
    std::vector<bpf_program*> loaded() const;

    struct Attached {
        std::string program;
        bpf_link* link;
        std::uint32_t program_id;
    };

    probe_bpf* skel_ = nullptr;                         // owns the maps, has no programs
    ProgramSet own_;                                    // those of the start
    std::unique_ptr<LoadedChange> changed_, replaced_;  // in use in its place; and until settled
    std::unique_ptr<LoadedFilter> filtered_;            // in use
    std::bitset<REC_MAX_SC> wanted_;
    std::uint32_t interest_epoch_ = 0;
    std::vector<Attached> attached_;
    std::vector<int> call_fds_, handler_fds_;  // by slot: the program there; -1: none
    std::vector<int> bulk_fds_;
    std::uint32_t cpus_ = 1;
    std::uint32_t bulk_bytes_ = 0;
    std::uint32_t critical_bytes_ = 0;
    bool has_trees_ = false;
    const void* counters_ = nullptr;  // struct cpu_counters by CPU, shared with the kernel
    std::size_t counters_bytes_ = 0;
};

}  // namespace sensor::capture
