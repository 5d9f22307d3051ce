// SPDX-License-Identifier: Apache-2.0
// A checked program from condition texts, one condition each, for tests behind the language.
#pragma once

#include <initializer_list>
#include <string>
#include <vector>

#include "lang/check.hpp"
#include "lang/parse.hpp"
#include "tests/support/catch.hpp"

namespace sensor::testing {

/// Fails the test if a text cannot be parsed or checked.
inline lang::Program program_of(const std::vector<std::string>& texts) {
    lang::Program program;
    for (const std::string& text : texts) {
        INFO(text);
        const lang::ParseResult parsed = lang::parse_condition(text);
        REQUIRE(parsed.root != nullptr);
        const lang::Checked checked = lang::check_condition(*parsed.root, program);
        INFO((checked.problems.empty() ? "" : checked.problems.front().message));
        REQUIRE(checked.ok);
        program.conditions.push_back({checked.root, checked.events});
    }
    return program;
}

inline lang::Program program_of(std::initializer_list<const char*> texts) {
    return program_of(std::vector<std::string>(texts.begin(), texts.end()));
}

}  // namespace sensor::testing
