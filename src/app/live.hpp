// SPDX-License-Identifier: Apache-2.0
// Watching this machine. Called by sensor.cpp and dump.cpp.
#pragma once

#include <bitset>
#include <functional>
#include <memory>

#include "app/generation.hpp"
#include "app/options.hpp"
#include "app/self_guard.hpp"
#include "capture/kernel.hpp"
#include "state/state.hpp"

namespace sensor::app {

/// What conditions need of the kernel, and the options ask for.
struct WantedKernel {
    capture::KernelOptions options;
    std::bitset<REC_MAX_SC> state_calls;  ///< see SyscallSet
};
/// fails: a scope that is none
Result<WantedKernel> wanted_kernel(const lang::Program& program, const config::Config& config,
                                   const Options& options);

struct OpenedKernel {
    std::unique_ptr<capture::KernelSource> source;
    std::bitset<REC_MAX_SC> state_calls;  ///< see SyscallSet
};
/// Loads and attaches the probe for what these conditions need and the options ask for.
/// fails: names everything the kernel lacks, not only the first thing
Result<OpenedKernel> open_kernel(const lang::Program& program, const config::Config& config,
                                 const Options& options);

/// What runs already and what it has open, from the kernel, or /proc where it refuses.
void scan_host(const capture::KernelSource& source, state::State& state);

/// Writes "ready\n" to a descriptor, if there is one.
void say_ready(int fd);

/// Hands over live events until a signal, done(), or so many seconds by the clock (0: no end): a
/// machine on which nothing happens has no event time.
Result<> read_live(capture::Source& source, double seconds, const capture::RecordFn& on_record,
                   const std::function<bool()>& done);

/// Judges live events until a signal, or for options.duration_s; reads rules and configuration
/// anew when they change or SIGHUP comes.
Result<> watch(const Options& options, std::unique_ptr<Generation> generation, SelfGuard& guard);

}  // namespace sensor::app
