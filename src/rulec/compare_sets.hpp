// SPDX-License-Identifier: Apache-2.0
// Two rule sets judged on the same events, in one pass with one state. Used by diff, and by explain
// to say what else a proposed exception would silence.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "rules/ruleset.hpp"

namespace sensor::rulec {

/// Alerts of one rule. Two alerts are the same if rule and event are.
struct RuleDelta {
    std::uint64_t before = 0, after = 0;
    std::uint64_t gained = 0, lost = 0;
    std::vector<std::string> gained_texts, lost_texts;  ///< the first few
};

/// A rule that both sets have and that is not the same.
struct RuleChange {
    std::string rule;
    std::vector<std::string> what;  ///< "condition", "output", "priority", "tags", "description"
};

struct SetDifference {
    std::uint64_t events = 0;
    std::map<std::string, RuleDelta> rules;  ///< of every rule that alerted in either set
    std::vector<std::string> added, removed;
    std::vector<RuleChange> changed;

    std::uint64_t gained() const;
    std::uint64_t lost() const;
};

/// What is written differently; `rules` and `events` are left empty.
SetDifference compare_texts(const rules::RuleSet& before, const rules::RuleSet& after);

struct CompareOptions {
    std::vector<std::string> captures;
    bool match_all = false;  ///< else the first rule that matches alerts
    std::size_t show = 0;    ///< alert texts kept of each rule
};

/// Judges every event of the captures by both sets and adds to `out`.
/// fails: Error if a capture cannot be read to its end
Result<> compare_alerts(const rules::RuleSet& before, const rules::RuleSet& after,
                        const CompareOptions& options, SetDifference& out);

}  // namespace sensor::rulec
