// SPDX-License-Identifier: Apache-2.0
// The kinds of containers: number in the JSON of captures <-> name that container.type prints. One
// table; used by the JSON of records, by who reads old events of containers and by who asks
// runtimes.
#pragma once

#include <cstdint>
#include <string_view>

namespace sensor::containers {

/// out: "unknown" for a number that nobody gave
std::string_view type_name(std::uint32_t number) noexcept;
/// out: the number of "unknown" for a name that nobody gave
std::uint32_t type_number(std::string_view name) noexcept;
/// Is its id all that can be known of a container of this kind?
bool is_silent(std::string_view name) noexcept;

}  // namespace sensor::containers
