// SPDX-License-Identifier: Apache-2.0
// Code generation: a module to an object file or assembler text for one processor. Position
// independent, small code model, so that the object can be linked into one image by link_object.
#pragma once

#include <string>

#include "base/result.hpp"
#include "compile/llvm.hpp"

namespace sensor::compile {

struct Machine {
    std::string triple;       ///< empty: this machine's
    std::string cpu;          ///< empty: the architecture's baseline
    std::uint32_t level = 1;  ///< 0: compile fast, 1: run fast
};

enum class Output : std::uint8_t { Object, Assembler, Llvm };  ///< Llvm: text of the optimised IR

/// Verifies, optimises (changing the module) and emits.
/// fails: Error for a triple or processor this LLVM does not know, or a broken module
Result<std::string> generate(llvm::Module& module, const Machine& machine, Output output);

}  // namespace sensor::compile
