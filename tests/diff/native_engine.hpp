// SPDX-License-Identifier: Apache-2.0
// Both ways to judge one program side by side: an engine on machine code, compiled in this process
// and taken by the engine from a cache folder as at any second start; and the interpreter.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "engine/engine.hpp"
#include "eval/runtime.hpp"

namespace sensor::testing {

/// fails: ends the test program if there is no machine code
std::unique_ptr<engine::Engine> native_engine(const lang::Program& program, std::uint32_t level,
                                              eval::Lookup lookup);

/// Conditions that hold by the interpreter; every condition is asked, whatever its event set says.
std::vector<std::uint32_t> interpreted(eval::FrameMemory& memory, const lang::Program& program,
                                       const fields::Context& context);
std::vector<std::uint32_t> matched(engine::Engine& engine, const lang::Program& program,
                                   const fields::Context& context);

}  // namespace sensor::testing
