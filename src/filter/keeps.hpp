// SPDX-License-Identifier: Apache-2.0
// The kernel's decision made in user space, from a record: what generated and table-driven kernel
// code must say too.
#pragma once

#include <array>
#include <string_view>

#include "event/event.hpp"
#include "filter/kernel_part.hpp"

namespace sensor::filter {

/// Is it the name rules see, so that it can be compared as it is: absolute, without "." or ".."
/// or empty parts, no slash at the end, not too long?
bool is_plain_name(std::string_view name) noexcept;

/// The name that is judged in that place of an event: a relative one joined with the kernel's path
/// of its directory (REC_X_DIR). Empty if there is none, or none that fits; may not be plain.
std::string_view judged_name(const Event& event, std::size_t param,
                             std::array<char, 2 * kLongestName + 2>& out) noexcept;

/// False: no rule can hold for the event.
/// event: of the part's type; cost: every test once
/// interest: what its process can be wanted for
bool keeps(const EventPart& part, const Event& event, std::uint64_t interest = ~std::uint64_t{0});

}  // namespace sensor::filter
