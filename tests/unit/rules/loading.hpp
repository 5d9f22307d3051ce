// SPDX-License-Identifier: Apache-2.0
// Short ways to load rules texts and to look at what came out, for the tests of rules/.
#pragma once

#include <string>
#include <vector>

#include "rules/ruleset.hpp"

namespace sensor::rules::testing {

inline RuleSet load(const std::vector<std::string>& texts, const LoadOptions& options = {}) {
    std::vector<SourceFile> files;
    for (std::size_t k = 0; k < texts.size(); ++k)
        files.push_back({"f" + std::to_string(k) + ".yaml", texts[k]});
    return load_rules(files, options);
}
inline RuleSet load(const std::string& text) { return load(std::vector<std::string>{text}); }

/// A whole rule with the given condition; more keys may follow.
inline std::string rule(const std::string& name, const std::string& condition) {
    return "- rule: " + name + "\n  desc: d\n  condition: " + condition +
           "\n  output: o %proc.name\n  priority: INFO\n";
}

inline const lang::Diagnostic* find(const RuleSet& set, std::string_view code) {
    for (const lang::Diagnostic& d : set.diagnostics) {
        if (d.code == code) return &d;
    }
    return nullptr;
}
inline std::size_t count(const RuleSet& set, std::string_view code) {
    std::size_t n = 0;
    for (const lang::Diagnostic& d : set.diagnostics) n += d.code == code ? 1 : 0;
    return n;
}
/// "CODE: message" of the first error, "" if there is none.
inline std::string error(const RuleSet& set) {
    for (const lang::Diagnostic& d : set.diagnostics) {
        if (d.severity == lang::Severity::Error) return d.code + ": " + d.message;
    }
    return {};
}
inline std::string error(const std::string& text) { return error(load(text)); }

/// Canonical condition of the first rule, or the first error.
inline std::string compiled(const std::string& text) {
    const RuleSet set = load(text);
    const std::string wrong = error(set);
    if (!wrong.empty()) return wrong;
    return set.rules.empty() ? "no rule" : set.rules.front().condition_compiled;
}

inline std::string names(const RuleSet& set) {
    std::string all;
    for (const Rule& r : set.rules) all += (all.empty() ? "" : ",") + r.name;
    return all;
}

}  // namespace sensor::rules::testing
