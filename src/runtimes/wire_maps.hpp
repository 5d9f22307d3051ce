// SPDX-License-Identifier: Apache-2.0
// Maps of texts in protocol buffers: repeated entries of key (1) and value (2). Bounded.
#pragma once

#include <string_view>

#include "containers/json_read.hpp"
#include "runtimes/wire.hpp"

namespace sensor::runtimes {

inline void add_entry(containers::Labels& to, std::string_view entry) {
    if (to.size() < containers::kMostEntries)
        to.emplace_back(bytes_of(entry, 1), bytes_of(entry, 2));
}

inline void add_entry(containers::Json& to, std::string_view entry) {
    if (to.size() < containers::kMostEntries)
        to[std::string(bytes_of(entry, 1))] = std::string(bytes_of(entry, 2));
}

inline std::vector<std::pair<std::string_view, std::string_view>> map_of(std::string_view message,
                                                                         std::uint32_t number) {
    std::vector<std::pair<std::string_view, std::string_view>> map;
    each_field(message, [&](const WireField& field) {
        if (field.number == number && map.size() < containers::kMostEntries)
            map.emplace_back(bytes_of(field.bytes, 1), bytes_of(field.bytes, 2));
    });
    return map;
}

}  // namespace sensor::runtimes
