// SPDX-License-Identifier: Apache-2.0
// Alert: one finished alert and its two forms, the text line and the JSON line. Scripts parse both;
// their shape is fixed by the output specification.
#pragma once

#include <string>
#include <vector>

#include "output/json.hpp"
#include "output/options.hpp"
#include "rules/ruleset.hpp"

namespace sensor::output {

struct Alert {
    std::uint64_t ts_ns = 0;  ///< of the event, since the epoch
    rules::Priority priority{};
    std::string rule;
    std::string source;  ///< "syscall", "internal"
    std::vector<std::string> tags;
    std::string message;
    nlohmann::json fields;    ///< object
    bool incomplete = false;  ///< names of its container did not come in time
};

/// An alert of the sensor itself, of a rule that no file has; its fields are still to be filled in.
Alert internal_alert(std::uint64_t ts_ns, rules::Priority priority, std::string rule,
                     std::string message);

/// `HH:MM:SS.nnnnnnnnn` local, or `YYYY-MM-DDTHH:MM:SS.nnnnnnnnn+0000`.
std::string time_text(std::uint64_t ts_ns, bool iso8601);

/// The line without its newline: text encoded like the inside of a JSON string, or one JSON object.
std::string to_line(const Alert& alert, const AlertFormat& how);

}  // namespace sensor::output
