// SPDX-License-Identifier: Apache-2.0
// Generation: one reading of configuration and rules, with the engine that judges by them. The
// sensor starts with one; a reload makes the next beside it.
#pragma once

#include <chrono>
#include <memory>

#include "app/options.hpp"
#include "base/result.hpp"
#include "config/config.hpp"
#include "engine/engine.hpp"
#include "metrics/snapshot.hpp"
#include "rules/ruleset.hpp"

namespace sensor::app {

struct Generation {
    config::Config config;
    rules::RunningRules running;
    std::unique_ptr<engine::Engine> engine;
    std::chrono::system_clock::time_point loaded = std::chrono::system_clock::now();
    std::vector<metrics::FileHash> hashes;  ///< of the rules files
    /// Not empty: these are the rules that ran last, for the present ones cannot be read: why.
    std::string fallback;
};

/// The settings that files, environment and command line make together.
/// fails: as config::load_config; a text of -p that is no output
Result<config::Config> read_settings(const Options& options);

/// Reads the rules and compiles them, and keeps them for a start that cannot. In any thread; the
/// log says what was read.
/// fails: every mistake of every file, in one text
Result<std::unique_ptr<Generation>> make_generation(const Options& options, config::Config config);

/// The one that ran last, where files are damaged that the configuration names.
/// why: what is wrong with them. fails: with the same, if there is none
Result<std::unique_ptr<Generation>> make_fallback(const Options& options, const std::string& why);

}  // namespace sensor::app
