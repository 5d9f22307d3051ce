// SPDX-License-Identifier: Apache-2.0
// Any text as rules files: loaded, reported on, and what came out looked at. Ends the program where
// that contradicts itself.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "rules/ruleset.hpp"

namespace sensor::rules {

/// A byte of 0x01 divides two files; `extension` decides their format.
inline void load_files(const std::uint8_t* data, std::size_t size, const std::string& extension) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    const std::size_t cut = text.find('\x01');
    std::vector<SourceFile> files{{"a" + extension, text.substr(0, cut)}};
    if (cut != std::string::npos) files.push_back({"b" + extension, text.substr(cut + 1)});
    LoadOptions options;
    options.append_output.push_back({"", "", {}, "", true});
    const RuleSet set = load_rules(files, options);
    for (std::size_t k = 0; k < set.rules.size(); ++k) {
        if (set.rules[k].condition_idx != k) std::abort();
    }
    if (set.program.conditions.size() != set.rules.size()) std::abort();
    for (const lang::Diagnostic& problem : set.diagnostics) {
        if (to_text(problem).empty()) std::abort();
    }
}

}  // namespace sensor::rules
