// SPDX-License-Identifier: Apache-2.0
// Any text as a condition: parsed, printed, parsed again to the same, checked.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "lang/check.hpp"
#include "lang/parse.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace sensor::lang;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const ParseResult parsed = parse_condition(text);
    if (!parsed.root) {
        if (!parsed.error || parsed.error->pos.offset > size) std::abort();
        return 0;
    }
    if (to_text(*clone(*parsed.root)) != to_text(*parsed.root)) std::abort();
    Program program;
    const Checked checked = check_condition(*parsed.root, program);
    if (checked.ok && checked.root >= program.nodes.size()) std::abort();
    for (const Problem& problem : checked.problems) {
        if (problem.pos.offset > size || problem.message.empty()) std::abort();
    }
    for (std::size_t k = 0; k < program.nodes.size(); ++k) {
        for (const std::uint32_t child : program.nodes[k].children) {
            if (child >= k) std::abort();
        }
    }
    return 0;
}
