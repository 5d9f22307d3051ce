// SPDX-License-Identifier: Apache-2.0
// Watching this machine. Called by sensor.cpp and dump.cpp.
#pragma once

#include <memory>

#include "app/config.hpp"
#include "app/options.hpp"
#include "capture/kernel.hpp"
#include "engine/engine.hpp"
#include "rules/ruleset.hpp"

namespace sensor::app {

/// Loads and attaches the probe for what these conditions need and the options ask for.
/// fails: names everything the kernel lacks, not only the first thing
Result<std::unique_ptr<capture::KernelSource>> open_kernel(const lang::Program& program,
                                                           const Config& config,
                                                           const Options& options);

/// Writes "ready\n" to a descriptor, if there is one.
void say_ready(int fd);

/// Judges live events until a signal, or so many seconds of event time (options.duration_s).
Result<> watch(const Options& options, const Config& config, const rules::RuleSet& ruleset,
               engine::Engine& engine);

}  // namespace sensor::app
