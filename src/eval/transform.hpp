// SPDX-License-Identifier: Apache-2.0
// Transformers: functions over values in conditions and outputs (toupper, b64, join, getopt, ...).
// In: present argument values. Out: a value in the event's arena, absent if the transformer fails.
#pragma once

#include <span>
#include <string_view>

#include "event/field_table.hpp"
#include "event/value.hpp"
#include "fields/arena.hpp"

namespace sensor::eval {

/// args:   all present
/// option: the letter of getopt(...)[c], empty without
/// fails:  absent: wrong kind of argument, bad base64, option not there, arena full
/// cost:   O(bytes), memory from the arena only
Value transform(Transformer transformer, std::span<const Value> args, std::string_view option,
                fields::Arena& arena) noexcept;

}  // namespace sensor::eval
