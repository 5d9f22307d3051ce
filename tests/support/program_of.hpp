// SPDX-License-Identifier: Apache-2.0
// A checked program from condition texts, one condition each, for tests behind the language.
#pragma once

#include <initializer_list>

#include "lang/check.hpp"
#include "lang/parse.hpp"
#include "tests/support/catch.hpp"

namespace sensor::testing {

/// Fails the test if a text cannot be parsed or checked.
inline lang::Program program_of(std::initializer_list<const char*> texts) {
    lang::Program program;
    for (const char* text : texts) {
        const lang::ParseResult parsed = lang::parse_condition(text);
        REQUIRE(parsed.root != nullptr);
        const lang::Checked checked = lang::check_condition(*parsed.root, program);
        REQUIRE(checked.ok);
        program.conditions.push_back({checked.root, checked.events});
    }
    return program;
}

}  // namespace sensor::testing
