// SPDX-License-Identifier: Apache-2.0
// render: an output format and the values of one event make the message and the fields of an alert.
// Called only for rules that fired; values come from the engine that judged the event.
#pragma once

#include <string>

#include "lang/output_format.hpp"
#include "lang/program.hpp"
#include "output/json.hpp"

namespace sensor::output {

/// Where the values of the event at hand come from.
class TermSource {
public:
    virtual Value term(std::uint32_t k) noexcept = 0;

protected:
    ~TermSource() = default;
};

struct RenderOptions {
    bool buffers_base64 = false;  ///< byte buffers as base64 instead of '.' for non-printables
    std::uint64_t ts_ns = 0;      ///< of the event: time texts become this number in JSON
};

/// The message: literal parts and values, `<NA>` where a value is absent, widths applied.
std::string render_message(const lang::OutputFormat& output, const lang::Program& program,
                           TermSource& values, const RenderOptions& options);

/// The object of output_fields: number, text, array, true/false or null by the field's type.
nlohmann::json render_fields(const lang::OutputFormat& output, const lang::Program& program,
                             TermSource& values, const RenderOptions& options);

/// One value as text, by the format of its term.
std::string render_value(const lang::Term& term, Value value, const RenderOptions& options);

}  // namespace sensor::output
