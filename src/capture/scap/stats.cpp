// SPDX-License-Identifier: Apache-2.0
#include "capture/scap/stats.hpp"

namespace sensor::capture {

std::vector<std::pair<std::string_view, std::uint64_t>> ScapStats::problems() const {
    std::vector<std::pair<std::string_view, std::uint64_t>> all = {
        {"unknown blocks", unknown_blocks},
        {"oversized blocks", oversized_blocks},
        {"blocks with a wrong trailer", wrong_trailers},
        {"unknown events", unknown_events},
        {"malformed events", malformed_events},
        {"events with surplus parameters", surplus_params},
        {"parameters of odd size", odd_params},
        {"events of an unknown layout", no_rule},
        {"enter events of another call", mismatched_enters},
        {"enter events forgotten", enters_evicted},
        {"damaged lists", damaged_tables},
        {"list entries dropped", table_entries_dropped},
    };
    std::erase_if(all, [](const auto& entry) { return entry.second == 0; });
    return all;
}

}  // namespace sensor::capture
