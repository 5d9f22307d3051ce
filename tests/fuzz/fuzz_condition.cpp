// SPDX-License-Identifier: Apache-2.0
// Any text as a condition and as an output format: parse, check, and say where it is wrong. An error
// must lie within the text.
#include <cstdint>
#include <string_view>

#include "base/check.hpp"
#include "lang/check.hpp"
#include "lang/output_format.hpp"
#include "lang/parse.hpp"

using namespace sensor;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const lang::ParseResult parsed = lang::parse_condition(text);
    SENSOR_CHECK((parsed.root != nullptr) != parsed.error.has_value());
    if (parsed.root != nullptr) {
        lang::Program program;
        const lang::Checked checked = lang::check_condition(*parsed.root, program);
        SENSOR_CHECK(checked.ok || !checked.problems.empty());
    }
    lang::Program program;
    const lang::OutputParse output = lang::parse_output(text, program);
    SENSOR_CHECK(output.ok || output.offset <= size);
    return 0;
}
