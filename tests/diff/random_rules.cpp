// SPDX-License-Identifier: Apache-2.0
#include "tests/diff/random_rules.hpp"

#include <algorithm>

#include "lang/check.hpp"
#include "lang/parse.hpp"
#include "tests/diff/random_condition.hpp"
#include "tests/support/catch.hpp"

namespace sensor::testing {
namespace {

std::string why(const std::string& text, const lang::Checked& checked) {
    std::string all = text;
    for (const lang::Problem& p : checked.problems) all += "\n  " + p.message;
    return all;
}

}  // namespace

RandomRules random_rules(std::uint64_t seed, std::size_t count, bool repeatable) {
    RandomRules rules;
    RandomCondition random(seed, repeatable);
    while (rules.texts.size() < count) {
        const std::string text = random.next();
        const lang::ParseResult parsed = lang::parse_condition(text);
        INFO(text);
        INFO((parsed.error ? parsed.error->message : ""));
        REQUIRE(parsed.root != nullptr);
        const lang::Checked checked = lang::check_condition(*parsed.root, rules.program);
        INFO(why(text, checked));
        REQUIRE(checked.ok);
        rules.program.conditions.push_back({checked.root, checked.events});
        rules.texts.push_back(text);
    }
    return rules;
}

std::string only_in(const RandomRules& rules, const std::vector<std::uint32_t>& held,
                    const std::vector<std::uint32_t>& other) {
    std::string all;
    for (const std::uint32_t k : held) {
        if (std::find(other.begin(), other.end(), k) != other.end()) continue;
        all += "\n  " + std::to_string(k) + ": " + rules.texts[k];
    }
    return all;
}

}  // namespace sensor::testing
