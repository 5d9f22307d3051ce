// SPDX-License-Identifier: Apache-2.0
// What every benchmark yields: one Series per (subject, variant), and the Run around them.
// Filled by rounds.cpp, kept as JSON lines by jsonl.cpp, shown by report.cpp. Raw samples are kept:
// every figure can be computed again from the file.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace sensor::bench {

enum class Better { Lower, Higher };

/// All samples of one subject ("getppid") in one variant ("bare").
struct Series {
    std::string subject;
    std::string variant;
    std::string unit = "ns";  ///< of one sample: ns per operation, 1/s, MB ...
    Better better = Better::Lower;
    std::vector<std::vector<double>>
        rounds;  ///< samples by round; round k of all variants are a pair
};

/// Facts about one run. No host name, no path of the machine.
struct RunInfo {
    std::string benchmark;  ///< subcommand: "kernel"
    std::string started;    ///< ISO 8601, UTC
    std::string version;    ///< of falco-bench
    std::string baseline;   ///< the variant the others are compared with
    std::vector<std::pair<std::string, std::string>> machine;  ///< fact, value; in order
    std::vector<std::pair<std::string, std::string>> setup;    ///< option, value; in order
    std::vector<std::string> warnings;                         ///< why figures may not be trusted
};

struct Run {
    RunInfo info;
    std::vector<Series> series;  ///< subjects in order, variants in order within a subject
};

}  // namespace sensor::bench
