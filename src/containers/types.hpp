// SPDX-License-Identifier: Apache-2.0
// The kinds of containers: number in the JSON of captures <-> name that container.type prints. One
// table; used by the JSON of records and by who reads old events of containers.
#pragma once

#include <cstdint>
#include <string_view>

namespace sensor::containers {

/// out: "unknown" for a number that nobody gave
std::string_view type_name(std::uint32_t number) noexcept;
/// out: the number of "unknown" for a name that nobody gave
std::uint32_t type_number(std::string_view name) noexcept;

}  // namespace sensor::containers
