// SPDX-License-Identifier: Apache-2.0
// KernelSource: loads the probe, sets what it reports, reads its rings in time order.
#pragma once

#include <memory>
#include <optional>
#include <variant>

#include "base/log.hpp"
#include "capture/source.hpp"
#include "event/kernel_filter.hpp"
#include "event/task_snapshot.hpp"

namespace sensor::capture {

/// One --scope option. Numbers and paths are those of the sensor's own namespaces.
struct ScopeCgroup {
    std::string path;
};
struct ScopeTree {
    std::uint32_t pid;
};
struct ScopePidns {};
/// What has a root of its own: another mount namespace than process 1.
struct ScopeContainer {};
using Scope = std::variant<ScopeCgroup, ScopeTree, ScopePidns, ScopeContainer>;

/// "cgroup=PATH", "tree=PID", "pidns", "container". fails: Error with what was expected
Result<Scope> parse_scope(std::string_view text);

struct KernelOptions {
    std::vector<Scope> scopes;                 ///< empty: whole host; several: any of them
    std::bitset<REC_MAX_SC> syscalls;          ///< by stable number: what the probe reports
    std::uint32_t snaplen = 80;                ///< bytes of I/O buffers
    bool real_paths = true;                    ///< collect REC_X_REAL for opens
    bool failed_calls = true;                  ///< report calls that fail
    bool iterators = true;                     ///< snapshot and open_files may ask the kernel
    bool standard_files = false;               ///< with each exec, what 0, 1 and 2 are
    bool typed_reads = true;                   ///< false: as on kernels before 6.2, for tests
    std::uint32_t bulk_ring_bytes = 8U << 20;  ///< per ring; rounded up to a power of two
    std::uint32_t critical_ring_bytes = 2U << 20;
    std::uint64_t memory_bytes = 0;  ///< for rings and scratch together; 0: rings as said above
    /// Events of the bulk lane a control group may cause a second, 0: any number.
    std::uint32_t cgroup_budget = 0;
    /// Lines of the BPF library from this level on go to the log as debug lines; none: no lines.
    std::optional<log::Level> library_lines = log::Level::Warning;
};

/// What the kernel itself may drop, since no rule can want it. Events without a row are always
/// reported.
struct KernelFilter {
    std::vector<FilterRow> rows;
    /// ELF object with rule_filter (bpf/filter.h) for the events of rows; empty: the probe's own
    /// one, which wants the events whose names have one of the texts.
    std::string object;
    std::vector<FilterText> texts;
};

/// A filter that the kernel has taken, not in use yet.
class LoadedFilter {
public:
    virtual ~LoadedFilter() = default;
};

/// The probe, which the kernel has taken for every call there is, not in use yet.
class LoadedProbe {
public:
    virtual ~LoadedProbe();
};

/// Programs for other options, which the kernel has taken, not in use yet.
class LoadedChange {
public:
    virtual ~LoadedChange();
};

/// What a process can still be wanted for. Counts until the kernel sees it change (exec,
/// credentials, namespaces, control group) or until void_interests.
struct Interest {
    std::uint32_t ns_pid = 0;    ///< in the sensor's PID namespace
    std::uint64_t start_ns = 0;  ///< of the process, as records have it
    std::uint64_t cgroup = 0;
    std::uint32_t generation = 0;  ///< as records have it: what is known of it is of that time
    std::uint64_t mask = ~std::uint64_t{0};
};

/// What a processor's programs wanted to report, and what of it was lost in each lane.
struct CpuStats {
    std::uint64_t attempted = 0;
    Losses critical, bulk;
};

/// How often a program ran and how long, if kernel.bpf_stats_enabled is 1; else 0.
struct ProgramRuns {
    std::string name;
    std::uint64_t runs = 0, ns = 0;
};

/// What the kernel found a program to cost when it verified it.
struct ProgramCost {
    std::string name;
    std::uint32_t verified_instructions;    ///< instructions the verifier processed
    std::uint32_t translated_instructions;  ///< after translation, 0: the kernel does not say
};

class KernelSource : public Source {
public:
    /// Loads and attaches. Records start with what happens after this returns, and may include
    /// what happened shortly before.
    /// fails: Error naming what the kernel lacks (BTF, capability, lockdown, program type) and
    ///        what to do
    static Result<std::unique_ptr<KernelSource>> open(const KernelOptions& options);
    /// The first half of it, which takes longest, before it is known what is wanted: in a thread,
    /// while rules are read. options: syscalls and standard_files do not count
    /// fails: as open, or the kernel refuses a program that may not be wanted at all: open may work
    /// cost: 0.2 to 0.5 s
    static Result<std::unique_ptr<LoadedProbe>> load_probe(KernelOptions options);
    /// The second half. options: those of the first
    static Result<std::unique_ptr<KernelSource>> open(std::unique_ptr<LoadedProbe> probe,
                                                      const KernelOptions& options);

    /// Every task of the sensor's own PID namespace and below, as it is now. Empty, and the log
    /// says why, if the kernel refuses. cost: about 1 us a task
    virtual std::vector<TaskSnapshot> snapshot() const = 0;
    /// Every file those tasks have open, as records flagged REC_F_STATE.
    /// fails: the kernel refuses. cost: about 1 us a file
    virtual Result<> open_files(const RecordFn& on_record) const = 0;
    /// Bytes the kernel holds for rings, scratch and tables.
    virtual std::uint64_t kernel_memory() const = 0;
    /// Has the kernel verify a filter. In any thread, for it takes 0.3 to some seconds.
    /// fails: the kernel takes none such
    virtual Result<std::unique_ptr<LoadedFilter>> load(const KernelFilter& filter) const = 0;
    /// Drops what no rule can want from now on. Another filter may be in place, and events may
    /// come: each is judged by the old one or by the new one. cost: some microseconds a wanted call
    virtual Result<> narrow(std::unique_ptr<LoadedFilter> filter) = 0;
    /// Drops nothing more. cost: the same
    virtual Result<> widen() = 0;
    /// Has the kernel verify programs for other options, as `load` does. Rings and scopes stay what
    /// they are: only calls, snaplen, standard files and the budget can change.
    virtual Result<std::unique_ptr<LoadedChange>> prepare(const KernelOptions& options) const = 0;
    /// Reports from now on what the old options want and what the new ones want, and drops nothing.
    /// Filters loaded before are of no use any more. cost: about a millisecond
    virtual Result<> change(std::unique_ptr<LoadedChange> change) = 0;
    /// Reports no more what only the options before `change` wanted. cost: the same
    virtual Result<> settle() = 0;
    /// cost: about 3 us. out: false: the kernel knows no such process, or cannot be told
    virtual bool set_interest(const Interest& interest) noexcept = 0;
    /// What was said of all processes so far is no longer true. cost: a store
    virtual void void_interests() noexcept = 0;
    /// A thread of this process whose events are reported after all, flagged REC_F_CANARY; 0: none.
    /// tid: in the sensor's PID namespace. cost: a store
    virtual void expect_canary(std::uint32_t tid) noexcept = 0;
    /// By processor. cost: some KB a processor are read
    virtual std::vector<CpuStats> cpu_stats() const = 0;
    /// Of all programs in use. cost: a call of the kernel for each
    virtual std::vector<ProgramRuns> program_runs() const = 0;
    /// Are programs, links and tables in the kernel as they were left? What is not, one line each;
    /// tables are put right again. Between events, about once a second.
    /// cost: two short system calls for each wanted call
    virtual std::vector<std::string> mend() = 0;
    /// Instruction counts of the loaded programs, in the order of the object.
    virtual std::vector<ProgramCost> program_costs() const = 0;
};

/// What is missing for the sensor to run here, one line each with its remedy; empty if nothing is.
/// Tries small maps and programs; attaches nothing.
std::vector<std::string> missing_requirements();

}  // namespace sensor::capture
