// SPDX-License-Identifier: Apache-2.0
// Any text laid out as a rules file: refused, or laid out once and for all, with the same problems
// as before.
#include <cstdint>
#include <cstdlib>

#include "rules/format.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace sensor::rules;
    const std::string text(reinterpret_cast<const char*>(data), size);
    const auto once = format_rules({"f.yaml", text});
    if (!once) return once.error().text.starts_with("f.yaml:") ? 0 : (std::abort(), 1);
    const auto twice = format_rules({"f.yaml", *once});
    if (!twice || *twice != *once) std::abort();
    const RuleSet before = load_rules({{"f.yaml", text}}, {});
    const RuleSet after = load_rules({{"f.yaml", *once}}, {});
    if (before.ok() != after.ok() || before.rules.size() != after.rules.size()) std::abort();
    return 0;
}
