// SPDX-License-Identifier: Apache-2.0
// KernelSource: loads the probe, sets what it reports, reads its rings in time order.
#pragma once

#include <memory>
#include <variant>

#include "capture/source.hpp"
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
using Scope = std::variant<ScopeCgroup, ScopeTree, ScopePidns>;

/// "cgroup=PATH", "tree=PID", "pidns". fails: Error with what was expected
Result<Scope> parse_scope(std::string_view text);

struct KernelOptions {
    std::vector<Scope> scopes;                 ///< empty: whole host; several: any of them
    std::bitset<REC_MAX_SC> syscalls;          ///< by stable number: what the probe reports
    std::uint32_t snaplen = 80;                ///< bytes of I/O buffers
    bool real_paths = true;                    ///< collect REC_X_REAL for opens
    bool standard_files = false;               ///< with each exec, what 0, 1 and 2 are
    bool typed_reads = true;                   ///< false: as on kernels before 6.2, for tests
    std::uint32_t bulk_ring_bytes = 8U << 20;  ///< per ring; rounded up to a power of two
    std::uint32_t critical_ring_bytes = 2U << 20;
    std::uint64_t memory_bytes = 0;  ///< for rings and scratch together; 0: rings as said above
    /// Events of the bulk lane a control group may cause a second, 0: any number.
    std::uint32_t cgroup_budget = 0;
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

    /// Every task of the sensor's own PID namespace and below, as it is now. Empty, and the log
    /// says why, if the kernel refuses. cost: about 1 us a task
    virtual std::vector<TaskSnapshot> snapshot() const = 0;
    /// Every file those tasks have open, as records flagged REC_F_STATE.
    /// fails: the kernel refuses. cost: about 1 us a file
    virtual Result<> open_files(const RecordFn& on_record) const = 0;
    /// Bytes the kernel holds for rings, scratch and tables.
    virtual std::uint64_t kernel_memory() const = 0;
    /// Instruction counts of the loaded programs, in the order of the object.
    virtual std::vector<ProgramCost> program_costs() const = 0;
};

/// What is missing for the sensor to run here, one line each with its remedy; empty if nothing is.
/// Tries small maps and programs; attaches nothing.
std::vector<std::string> missing_requirements();

}  // namespace sensor::capture
