// SPDX-License-Identifier: Apache-2.0
// Texts of any process, shared by the fields of the event's own and of its ancestors.
#pragma once

#include <string_view>

#include "fields/context.hpp"
#include "state/thread.hpp"

namespace sensor::fields {

/// comm and arguments, as proc.cmdline prints them.
Value cmdline_of(const Context& c, const state::Thread& thread) noexcept;
/// A block of NUL terminated texts joined by blanks, in the arena.
Value joined_block(const Context& c, std::string_view block) noexcept;

}  // namespace sensor::fields
