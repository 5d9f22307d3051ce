// SPDX-License-Identifier: Apache-2.0
// interpret: the reference meaning of a condition: walks its nodes. Used where machine code cannot
// be had, and by the tests that compare machine code with it.
#pragma once

#include <cstdint>
#include <vector>

#include "eval/abi.hpp"

namespace sensor::eval {

enum class Tri : std::uint8_t { False, True, Unknown };

/// Does node `root` of the frame's program hold for the frame's event?
/// cost: every node at most once per path to it, no allocation
bool interpret(Frame& frame, std::uint32_t root) noexcept;

/// The same where some predicates are unknown: what holds, or does not, whatever they are.
/// unknown: by predicate
/// cost:    the others once an event (Runtime::answer), every node at most once per path to it
Tri interpret_partly(Frame& frame, std::uint32_t root, const std::vector<bool>& unknown) noexcept;

}  // namespace sensor::eval
