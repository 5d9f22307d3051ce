// SPDX-License-Identifier: Apache-2.0
// The report of `falco-ebpf -V FILE...`: per file whether it can be loaded, in the peer's two
// forms. Scripts parse these lines. Unlike the peer, every error of a file is in it, not only the
// first.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "rules/ruleset.hpp"

namespace sensor::rules {

struct Validation {
    bool ok = true;       ///< no file has an error; warnings are allowed
    std::string text;     ///< a paragraph a file
    std::string remarks;  ///< for the log: warnings of good files; empty if there are none
    nlohmann::json json;  ///< the array of falco_load_results
};

/// `files` are those that were given to load_rules, in that order.
Validation validate(const std::vector<SourceFile>& files, const RuleSet& set);

}  // namespace sensor::rules
