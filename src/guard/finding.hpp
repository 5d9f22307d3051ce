// SPDX-License-Identifier: Apache-2.0
// Finding: one sign that somebody tampers with the sensor. Made by SelfWatch, becomes an alert.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace sensor::guard {

struct Finding {
    std::string kind;  ///< "traced", "stopped", ...: docs/restraint.md lists them
    std::string text;  ///< one sentence, without a full stop
    std::vector<std::pair<std::string, std::string>> fields;  ///< "tracer.pid", "4711"
};

/// Lets one finding of a kind through a minute, so that nobody drowns the rest in them.
class FindingLimit {
public:
    /// now_ns: of any clock that only goes forward
    /// out:    the finding, with the number of those of its kind that were held back before it;
    ///         nothing if it is held back
    std::optional<Finding> pass(Finding finding, std::uint64_t now_ns);

private:
    struct Kind {
        std::uint64_t last_ns = 0;
        std::uint64_t held_back = 0;
    };
    std::map<std::string, Kind> kinds_;
};

}  // namespace sensor::guard
