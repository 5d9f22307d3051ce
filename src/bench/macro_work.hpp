// SPDX-License-Identifier: Apache-2.0
// The workloads of `macro`. Each is a command that does the same work every time; servers it needs
// run from its making to its end. Files are made in a folder of its own, removed at the end.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "bench/series.hpp"

namespace sensor::bench {

struct MacroWork {
    std::string name;
    std::string unit = "ns";
    Better better = Better::Lower;
    /// Does the work once. out: how long it took, or how much was done a second
    std::function<Result<double>()> perform;
};

/// What stays between rounds: folder and servers.
class MacroStage {
public:
    virtual ~MacroStage() = default;
    virtual std::vector<MacroWork> works() const = 0;
    /// "redis: redis-benchmark is not installed", ...
    virtual const std::vector<std::string>& left_out() const = 0;
};

/// Makes the files and starts the servers for the workloads named; all if none is.
/// fails: a name that is none; a file that cannot be made; a server that does not start
Result<std::unique_ptr<MacroStage>> make_stage(const std::vector<std::string>& only, double scale);

}  // namespace sensor::bench
