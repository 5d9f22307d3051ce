// SPDX-License-Identifier: Apache-2.0
// KernelSource: loads the probe, sets what it reports, reads its rings in time order.
#pragma once

#include <memory>
#include <variant>

#include "capture/source.hpp"

namespace sensor::capture {

/// One --scope option. Numbers and paths are those of the sensor's own namespaces.
struct ScopeCgroup { std::string path; };
struct ScopeTree { std::uint32_t pid; };
struct ScopePidns {};
using Scope = std::variant<ScopeCgroup, ScopeTree, ScopePidns>;

/// "cgroup=PATH", "tree=PID", "pidns". fails: Error with what was expected
Result<Scope> parse_scope(std::string_view text);

struct KernelOptions {
    std::vector<Scope> scopes;                   ///< empty: whole host; several: any of them
    std::bitset<REC_MAX_SC> syscalls;            ///< by stable number: what the probe reports
    std::uint32_t snaplen = 80;                  ///< bytes of I/O buffers
    bool real_paths = true;                      ///< collect REC_X_REAL for opens
    std::uint32_t bulk_ring_bytes = 8U << 20;    ///< per ring
    std::uint32_t critical_ring_bytes = 2U << 20;
};

/// One task as the kernel's iterator reports it at start-up (own PID namespace and below).
struct TaskSnapshot;

class KernelSource : public Source {
public:
    /// Loads and attaches. fails: Error naming what the kernel lacks (BTF, capability, lockdown,
    /// program type) and what to do
    static Result<std::unique_ptr<KernelSource>> open(const KernelOptions& options);
};

/// What is missing for the sensor to run here, one line each; empty if nothing is.
std::vector<std::string> missing_requirements();

}  // namespace sensor::capture
