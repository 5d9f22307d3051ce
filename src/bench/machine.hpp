// SPDX-License-Identifier: Apache-2.0
// The machine under the measurement: its clock, its processors, what it is. Called by the
// subcommands before and after their rounds. Reads totals only, never other processes.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace sensor::bench {

/// Monotonic time that no clock discipline bends, in nanoseconds.
std::uint64_t now_ns() noexcept;
void sleep_ms(unsigned ms);
/// Present time as "2026-01-31T12:00:00Z".
std::string utc_now();

/// Processors this process may run on, ascending.
std::vector<int> allowed_cpus();
/// Binds this process (or a later exec of it) to `cpus`. fails: Error with errno
Result<> pin_to(const std::vector<int>& cpus);

/// Kernel release, architecture, processor model and count. No name of the machine.
std::vector<std::pair<std::string, std::string>> machine_facts();

/// Time another guest or the hypervisor took from one processor, between two calls.
struct CpuTimes {
    std::uint64_t total = 0;
    std::uint64_t stolen = 0;
};
CpuTimes cpu_times(int cpu);
/// Sentences about the state of the machine: load at the start, stolen time since `before`.
std::vector<std::string> load_warnings();
std::vector<std::string> steal_warnings(int cpu, const CpuTimes& before);

}  // namespace sensor::bench
