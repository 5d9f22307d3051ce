// SPDX-License-Identifier: Apache-2.0
// What `check` found, for people (text), for scripts (JSON) and for review tools (SARIF 2.1.0).
#pragma once

#include <string>

#include "rulec/command.hpp"
#include "rulec/terminal.hpp"

namespace sensor::rulec {

struct Counts {
    std::size_t errors = 0, warnings = 0;
};
Counts count(const lang::Diagnostics& diagnostics);

/// Per file its state, then its problems, errors first; a closing count.
std::string report_text(const LoadedRules& loaded, Paint paint);

/// {"ok", "errors", "warnings", "rules", "active_rules", "files": [..], "diagnostics": [..]}
std::string report_json(const LoadedRules& loaded);

/// A SARIF log with one run; artifact URIs are relative to `folder` where they are below it.
std::string report_sarif(const LoadedRules& loaded, const std::string& folder);

/// One problem: "file:line:column: error: message [code]", the line, a caret, where, the hint.
std::string problem_text(const lang::Diagnostic& diagnostic, Paint paint);

}  // namespace sensor::rulec
