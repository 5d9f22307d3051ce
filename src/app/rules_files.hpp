// SPDX-License-Identifier: Apache-2.0
// Rules files: loaded to run them, judged (-V), or described (-L, -l).
#pragma once

#include "app/options.hpp"
#include "base/result.hpp"
#include "config/config.hpp"
#include "rules/ruleset.hpp"

namespace sensor::app {

/// The configured files as they are.
/// in:    must_exist: a missing file is an error, else it is left out
/// fails: no files, or unreadable ones
Result<std::vector<rules::SourceFile>> read_sources(const config::Config& config, bool must_exist);

/// Loads them; what they are warned of goes to the log. describe: for listings
/// fails: mistakes in them, all of which are in the text
Result<rules::RuleSet> load_sources(const std::vector<rules::SourceFile>& files,
                                    const config::Config& config, bool describe);

/// Both.
Result<rules::RuleSet> read_rules(const config::Config& config, bool must_exist, bool describe);

/// -V: prints the state of each file on standard output, with -L or -l what is in them too.
/// fails: a file is not valid; the text is the report
Result<> validate_rules(const Options& options, const config::Config& config);

/// -L, -l: prints what is known of the configured rules on standard output.
Result<> describe_rules(const Options& options, const config::Config& config);

}  // namespace sensor::app
