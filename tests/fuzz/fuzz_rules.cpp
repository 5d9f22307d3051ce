// SPDX-License-Identifier: Apache-2.0
// Any text as a rules file: lists, macros, rules, exceptions. Nothing may crash or hang; a rule that is
// kept has a condition in the program.
#include <cstdint>
#include <string>

#include "base/check.hpp"
#include "rules/ruleset.hpp"

using namespace sensor;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const rules::SourceFile file{"input.yaml", {reinterpret_cast<const char*>(data), size}};
    const rules::RuleSet set = rules::load_rules({file}, {});
    for (std::size_t i = 0; i < set.rules.size(); ++i) {
        SENSOR_CHECK(set.rules[i].condition_idx == i);
    }
    return 0;
}
