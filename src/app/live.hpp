// SPDX-License-Identifier: Apache-2.0
// Watching this machine. Called by sensor.cpp and dump.cpp.
#pragma once

#include <bitset>
#include <functional>
#include <future>
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

/// The probe on its way into the kernel, in a thread of its own, while the rules are read.
class KernelLoading {
public:
    KernelLoading(const config::Config& config, const Options& options);
    /// Waits for the end of it. Called once.
    /// out: null: it did not work for every call there is, but may for those that are wanted
    std::unique_ptr<capture::LoadedProbe> take();

private:
    std::future<std::unique_ptr<capture::LoadedProbe>> loaded_;
};

struct OpenedKernel {
    std::unique_ptr<capture::KernelSource> source;
    std::bitset<REC_MAX_SC> state_calls;  ///< see SyscallSet
};
/// Loads and attaches the probe for what these conditions need and the options ask for.
/// loaded: the first half of it, of the same configuration; null: not done yet
/// fails: names everything the kernel lacks, not only the first thing
Result<OpenedKernel> open_kernel(const lang::Program& program, const config::Config& config,
                                 const Options& options,
                                 std::unique_ptr<capture::LoadedProbe> loaded = nullptr);

/// What runs already and what it has open, from the kernel, or /proc where it refuses.
void scan_host(const capture::KernelSource& source, state::State& state);

/// Writes "ready\n" to a descriptor, if there is one.
void say_ready(int fd);

/// Hands over live events until a signal, done(), or so many seconds by the clock (0: no end): a
/// machine on which nothing happens has no event time.
/// wait_ms: how long to wait for events before done() is asked again; null: the usual time
Result<> read_live(capture::Source& source, double seconds, const capture::RecordFn& on_record,
                   const std::function<bool()>& done,
                   const std::function<int()>& wait_ms = nullptr);

/// Judges live events until a signal, or for options.duration_s; reads rules and configuration
/// anew when they change or SIGHUP comes.
/// loaded: see open_kernel
Result<> watch(const Options& options, std::unique_ptr<Generation> generation, SelfGuard& guard,
               std::unique_ptr<capture::LoadedProbe> loaded = nullptr);

}  // namespace sensor::app
