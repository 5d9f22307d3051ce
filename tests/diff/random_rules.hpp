// SPDX-License-Identifier: Apache-2.0
// RandomRules: a program of random conditions together with their texts, for messages.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lang/program.hpp"

namespace sensor::testing {

struct RandomRules {
    lang::Program program;
    std::vector<std::string> texts;  ///< by condition
};

/// Every text must parse and check, else the test fails with it.
RandomRules random_rules(std::uint64_t seed, std::size_t count, bool repeatable);

/// Texts of the conditions in `held` that are not in `other`.
std::string only_in(const RandomRules& rules, const std::vector<std::uint32_t>& held,
                    const std::vector<std::uint32_t>& other);

}  // namespace sensor::testing
