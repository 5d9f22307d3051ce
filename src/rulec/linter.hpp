// SPDX-License-Identifier: Apache-2.0
// Internals of lints: what one of them sees and says. A file lint_NAME.cpp each, used by lint.cpp.
#pragma once

#include "lang/check.hpp"
#include "rulec/lint.hpp"
#include "rulec/logic.hpp"
#include "rules/reporter.hpp"

namespace sensor::rulec {

/// The rule set a lint looks at. A list that a site may fill and has not is taken for one with an
/// unknown value: what waits for it is no mistake.
struct LintView {
    const rules::RuleSet& set;
    lang::Program program;  ///< a copy that takes further nodes
    rules::Reporter& reporter;
    Logic logic{program};
    std::vector<lang::NodePtr> trees;    ///< by rule: its tree, no list of it empty
    std::vector<lang::Checked> checked;  ///< by rule: that tree in `program`
    std::vector<bool> never;             ///< by rule: found never to hold

    std::vector<rules::Origin> items;  ///< by rule: where it begins in its file

    LintView(const std::vector<rules::SourceFile>& files, const rules::RuleSet& rules,
             rules::Reporter& to);
    LintView(const LintView&) = delete;
    LintView& operator=(const LintView&) = delete;
};

/// Place of a node of Rule::tree.
inline rules::Origin place_of(const lang::TextPos& pos) { return {pos.text, pos.offset}; }
/// Opens the context "in rule 'NAME'".
rules::Reporter::Scope inside(LintView& view, std::size_t rule);

void lint_never_true(LintView& view);  ///< fills `never`; before the others
void lint_shadowed(LintView& view);
void lint_fakeable(LintView& view);
void lint_unbounded(LintView& view);

}  // namespace sensor::rulec
