// SPDX-License-Identifier: Apache-2.0
// interpret: the reference meaning of a condition: walks its nodes. Used where machine code cannot
// be had, and by the tests that compare machine code with it.
#pragma once

#include "eval/abi.hpp"

namespace sensor::eval {

/// Does node `root` of the frame's program hold for the frame's event?
/// cost: every node at most once per path to it, no allocation
bool interpret(Frame& frame, std::uint32_t root) noexcept;

}  // namespace sensor::eval
