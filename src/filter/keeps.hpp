// SPDX-License-Identifier: Apache-2.0
// The kernel's decision made in user space, from a record: what generated and table-driven kernel
// code must say too.
#pragma once

#include "event/event.hpp"
#include "filter/kernel_part.hpp"

namespace sensor::filter {

/// Is it the name rules see, so that it can be compared as it is: absolute, without "." or ".."
/// or empty parts, no slash at the end, not too long?
bool is_plain_name(std::string_view name) noexcept;

/// False: no rule can hold for the event.
/// event: of the part's type; cost: every test once
bool keeps(const EventPart& part, const Event& event);

}  // namespace sensor::filter
