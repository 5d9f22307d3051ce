// SPDX-License-Identifier: Apache-2.0
// The configuration and the rules that ran last, kept in the cache folder: a sensor that finds its
// files damaged at the start goes on by these, and says so, instead of watching nothing.
#pragma once

#include <string>
#include <vector>

#include "app/options.hpp"
#include "base/result.hpp"
#include "config/config.hpp"
#include "rules/ruleset.hpp"

namespace sensor::app {

struct LastGood {
    config::Config config;
    std::vector<rules::SourceFile> rules;
};

/// Keeps what a generation was made from. Where that cannot be kept the log says so.
void keep_last_good(const Options& options, const config::Config& config,
                    const std::vector<rules::SourceFile>& rules);

/// fails: there is none, or it cannot be used; the text says which
Result<LastGood> find_last_good(const Options& options);

}  // namespace sensor::app
