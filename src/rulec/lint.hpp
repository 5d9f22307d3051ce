// SPDX-License-Identifier: Apache-2.0
// Lints: rules that load and yet do not do what their author wants. Each has a name, which is the
// code of what it says, a place, a reason and a way out.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "rules/ruleset.hpp"

namespace sensor::rulec {

struct LintInfo {
    std::string_view name;
    std::string_view code;    ///< of its diagnostics: the name, or that of a load warning
    std::string_view what;    ///< one sentence
    std::string_view remedy;  ///< one sentence
};
std::span<const LintInfo> all_lints() noexcept;

struct LintChoice {
    bool none = false;
    std::vector<std::string> only;  ///< names; empty: all
    bool has(std::string_view name) const;
};

/// Adds what the chosen lints find to the set's diagnostics, in the order of the files, and takes
/// out load warnings that belong to a lint that is not chosen.
/// set: loaded from `files` with trees; rules that did not load are passed over
/// cost: of the shadowed lint the square of the number of rules, the rest linear
void lint(const std::vector<rules::SourceFile>& files, const LintChoice& choice,
          rules::RuleSet& set);

}  // namespace sensor::rulec
