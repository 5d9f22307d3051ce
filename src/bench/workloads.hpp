// SPDX-License-Identifier: Apache-2.0
// Workloads: the system calls whose price the `kernel` benchmark measures. Each is timed in
// batches; a sample is a batch's time over its operations, in nanoseconds.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "base/fd.hpp"
#include "base/result.hpp"

namespace sensor::bench {

struct Workload {
    std::string name;
    std::size_t operations = 1;  ///< in one batch
    std::size_t batches = 1;     ///< in one round
    /// Does that many operations, nothing else. fails: Error of the first that failed
    std::function<Result<>(std::size_t operations)> perform;
};

/// getppid; write of a byte to /dev/null; open+close of a file of our own; fork+exec+wait of
/// /bin/true. `scale` multiplies the batches of a round.
/// fails: Error if a file cannot be opened
Result<std::vector<Workload>> kernel_workloads(double scale);

/// Runs one round, after a tenth of it for warm-up. out: one sample per batch
Result<std::vector<double>> sample(const Workload& workload);

}  // namespace sensor::bench
