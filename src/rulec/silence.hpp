// SPDX-License-Identifier: Apache-2.0
// The exception that would silence one alert, as text to paste into a rules file; proved by judging
// the event again with it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "fields/context.hpp"
#include "rules/ruleset.hpp"

namespace sensor::rulec {

struct Silence {
    std::string yaml;       ///< one item of a rules file
    std::string condition;  ///< the same as condition text: "and not (...)"
    std::string exception;
    bool own_fields = false;  ///< the rule has an exception of these fields already
    std::vector<std::string> fields;
    /// The rules with `yaml` behind them; the rule is silent for the event.
    rules::RuleSet with;
};

/// Tries the rule's own exceptions, then fields that are hard to fake.
/// in:  files the rule was loaded from; context of the event it fired for
/// out: the first that silences the rule for the event; nothing if none does
std::optional<Silence> find_silence(const std::vector<rules::SourceFile>& files,
                                    const rules::Rule& rule, const fields::Context& context);

}  // namespace sensor::rulec
