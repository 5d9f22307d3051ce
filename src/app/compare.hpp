// SPDX-License-Identifier: Apache-2.0
// `falco-ebpf compare A B`: pairs the JSON alerts of two sensors on one host and prints what only
// one has and which fields differ. Called by main.cpp.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace sensor::app {

struct CompareOptions {
    std::string a, b;                 ///< files; "-": standard input
    double window_ms = 1000;          ///< between the alerts of a pair
    std::uint64_t memory_mb = 256;    ///< of alerts that wait for their pair
    std::vector<std::string> ignore;  ///< fields that are not compared, or "prefix*"
    bool json = false;
};

/// Reads both streams once, in memory that does not depend on their length.
/// out: the exit code: 0 equal or every difference explained, 1 different, 2 cannot be compared
int compare(const CompareOptions& options);

}  // namespace sensor::app
