// SPDX-License-Identifier: Apache-2.0
// Any text as an output: parts must name terms that exist.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "lang/output_format.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace sensor::lang;
    Program program;
    const OutputParse parsed = parse_output({reinterpret_cast<const char*>(data), size}, program);
    bool errors = false;
    for (const OutputProblem& problem : parsed.problems) {
        if (problem.message.empty() || problem.offset > size) std::abort();
        errors = errors || problem.is_error;
    }
    if (parsed.ok == errors) std::abort();
    for (const OutputPart& part : parsed.format.parts) {
        if (part.has_term && part.term >= program.terms.size()) std::abort();
    }
    for (const OutputField& field : parsed.format.fields) {
        if (field.term >= program.terms.size() || parsed.format.key(field).empty()) std::abort();
    }
    return 0;
}
